import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One line of the bench. `goal` and `met` are left out where a figure is only shown. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** `≥ 0.4`, `≤ 15`. */
  readonly goal?: string;
  readonly met?: boolean;
}

/** How much is done: a minute's worth for continuous integration, or all of it. */
export interface Size {
  readonly isShort: boolean;
}

export const shown = (name: string, value: number, unit: string): Figure => ({
  name,
  value: rounded(value),
  unit,
});

export const atLeast = (name: string, value: number, unit: string, least: number): Figure => ({
  ...shown(name, value, unit),
  goal: `≥ ${least}`,
  met: value >= least,
});

export const atMost = (name: string, value: number, unit: string, most: number): Figure => ({
  ...shown(name, value, unit),
  goal: `≤ ${most}`,
  met: value <= most,
});

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

/** A folder of its own, gone afterwards. On the disk of the temporary files: set TMPDIR for another. */
export async function inFolder<Answer>(work: (directory: string) => Promise<Answer>): Promise<Answer> {
  const directory = mkdtempSync(join(tmpdir(), 'onhand-bench-'));
  try {
    return await work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

const rounded = (value: number): number => (value >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
