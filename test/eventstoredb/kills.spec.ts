import { torture } from '../torture/torture.ts';

/** A few: `npm run torture -- --kills 200 --on-server` goes on for longer. */
const KILLS = 7;
const SHOPKEEPERS = 3;
const SEED = Number(process.env['SEED'] ?? 1);
const MS_MAX = 300_000;

it(
  `nothing is lost or counted twice while service and event store are killed in turns (SEED=${SEED})`,
  async () => {
    const report = await torture({ kills: KILLS, shopkeepers: SHOPKEEPERS, seed: SEED, onServer: true });
    expect(report.findings).toEqual([]);
    expect(report.cutOff).toBeGreaterThan(0);
    expect(report.messages).toBeGreaterThan(KILLS);
  },
  MS_MAX,
);
