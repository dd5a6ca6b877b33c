import { createTopics, type TopicReport } from '#kafka';
import { readSettings } from '../../environment.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { Page } from '../terminal/page.ts';
import { connectionOrRefuse } from './connection.ts';
import { topicsOf } from './topics-of.ts';

export interface TopicsArgs {
  readonly partitions: number;
  readonly replication?: number;
}

/** Makes the topics that are missing and says how those that are there differ from what they should be. */
export async function performTopics(
  { args, json }: { readonly args: TopicsArgs; readonly json: boolean },
  io: Io,
): Promise<ExitCode> {
  const settings = readSettings(io.env);
  const plans = topicsOf(settings, args.partitions);
  const reports = await createTopics(connectionOrRefuse(settings), plans, args.replication);
  if (json) io.stdout.write(`${JSON.stringify({ items: reports })}\n`);
  else show(reports, new Page(io.stdout, io.env));
  return EXIT.done;
}

function show(reports: readonly TopicReport[], page: Page): void {
  page.table(
    ['topic', 'partitions', '', 'differs'],
    reports.map(({ topic, partitions, made, differences }) => [
      topic,
      partitions,
      made ? 'made' : 'there',
      differences.map(({ what, is, should }) => `${what} is ${is ?? 'unknown'}, not ${should}`).join('; '),
    ]),
  );
  if (reports.some(({ differences }) => differences.length > 0)) {
    page.line('Existing topics were left as they are. Never add partitions to a compacted topic.');
  }
}
