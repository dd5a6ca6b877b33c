import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { FILE_WORDS } from '#kernel';

/** What a `.env` says, or everything that is wrong with it, by line. Problems never contain a value. */
type EnvFile =
  | { readonly variables: Readonly<Record<string, string | undefined>> }
  | { readonly problems: readonly string[] };

/** Undefined if there is no such file. */
export function readEnvFile(path: string): EnvFile | undefined {
  try {
    return parseEnvFile(decoded(readFileSync(path)));
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    return { problems: [`.env cannot be read: ${WORDS[code] ?? (error as Error).message}`] };
  }
}

const WORDS: Readonly<Record<string, string>> = {
  ...FILE_WORDS,
  ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not UTF-8 text',
};

/** Without the byte order mark that some editors put first, and with an error for what is not UTF-8. */
const decoded = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes);

/** Node skips lines that it cannot read. Here they are problems, for a lost setting would be noticed too late. */
function parseEnvFile(text: string): EnvFile {
  const problems: string[] = [];
  const saidAt = new Map<string, number>();
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    if (/^\s*(#|$)/.test(line)) continue;
    const [, name, value = ''] = LINE.exec(line) ?? [];
    const before = name === undefined ? undefined : saidAt.get(name);
    const end = endOfValue(lines, index, value);
    const problem = problemOf({ name, before, isOpen: end === undefined, text: line });
    if (problem !== undefined) problems.push(`.env, line ${index + 1}: ${problem}`);
    if (name !== undefined) saidAt.set(name, before ?? index + 1);
    index = end ?? index;
  }
  return problems.length > 0 ? { problems } : { variables: parseEnv(text) };
}

const LINE = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*=\s*(.*)$/;
const BINARY = /[\0-\x08\x0b\x0c\x0e-\x1f]/;

interface Line {
  readonly name: string | undefined;
  /** The number of an earlier line with the same name. */
  readonly before: number | undefined;
  readonly isOpen: boolean;
  readonly text: string;
}

function problemOf({ name, before, isOpen, text }: Line): string | undefined {
  if (BINARY.test(text)) return 'this is not text: write NAME=value';
  if (name === undefined) return 'this is not NAME=value: write it so, or begin a comment with #';
  if (before !== undefined) return `${name} is already set on line ${before}: remove one of them`;
  return isOpen ? `the quote that opens the value of ${name} is never closed: close it` : undefined;
}

/** The line where a value ends: one in quotes may have several lines. Undefined if its quote is never closed. */
function endOfValue(lines: readonly string[], index: number, value: string): number | undefined {
  const [quote = ''] = /^["'`]/.exec(value) ?? [];
  if (quote === '' || value.indexOf(quote, 1) > 0) return index;
  const end = lines.findIndex((line, at) => at > index && line.includes(quote));
  return end < 0 ? undefined : end;
}
