import { Command, InvalidArgumentError, Option } from 'commander';
import type { CommandName } from './commands/index.ts';
import type { ProduceArgs } from './kafka/produce.ts';
import type { TopicsArgs } from './kafka/topics.ts';
import { ownVersion } from './version.ts';

/** What the words on the command line ask for. */
export type Request =
  | { readonly kind: 'data'; readonly name: CommandName; readonly args: object; readonly json: boolean }
  | { readonly kind: 'start' }
  | { readonly kind: 'demo'; readonly args: DemoArgs; readonly json: boolean }
  | { readonly kind: 'restore'; readonly path: string; readonly json: boolean }
  | { readonly kind: 'copy'; readonly from: string; readonly to: string; readonly json: boolean }
  | { readonly kind: 'topics'; readonly args: TopicsArgs; readonly json: boolean }
  | { readonly kind: 'produce'; readonly args: ProduceArgs; readonly json: boolean }
  | { readonly kind: 'config'; readonly what: 'check' | 'print'; readonly json: boolean };

export interface DemoArgs {
  readonly dir?: string;
  readonly port?: number;
  readonly exit?: true;
  readonly fast?: true;
}

/**
 * Every command and its words, and nothing else: no room is loaded to show help or to find a typing error.
 * `perform` is called with what was asked for, once.
 */
export function programOf(perform: (request: Request) => Promise<void>): Command {
  const program = new Command('onhand')
    .description('How much of what is where, and the number each channel may sell.')
    .usage('<command> [options]')
    .version(ownVersion(), '--version', 'show the version')
    .addHelpText('after', AFTER_HELP)
    .configureHelp({ showGlobalOptions: true, helpWidth: 100 });
  addRunning(program, perform);
  addImport(program, perform);
  addReads(program, perform);
  addHouseKeeping(program, perform);
  addKafka(program, perform);
  addKeys(program, perform);
  addConfig(program, perform);
  return program;
}

const AFTER_HELP = `
A command works through the service that is running on this data directory, or opens the data itself if there is none.
Settings come from the environment or from a file .env: \`onhand config print\` shows them.

Exit codes: 0 done, 1 a check failed, 64 wrong usage, 65 bad input or not found, 69 service or store
not reachable, 73 data directory in use by another process, 74 input/output error, 78 wrong settings,
130 interrupted.

  $ npx onhand demo                                    a day in the life of a small merchant
  $ npx onhand start                                   http://127.0.0.1:3000, the API at /docs
  $ npx onhand import sales.csv.gz --mapping online-retail
  $ npx onhand explain web MUG-RED                     where a number comes from`;

type Perform = (request: Request) => Promise<void>;
interface Common {
  json?: true;
}

const jsonOption = (): Option =>
  new Option('--json', 'write the result as JSON to standard output, and nothing else');
const isJson = (options: Common): boolean => options.json === true;

/** A command over the data whose arguments and options go to it by name. */
function data(perform: Perform, name: CommandName, names: readonly string[] = []) {
  return async (...words: readonly unknown[]): Promise<void> => {
    const { json, ...options } = words[names.length] as Common & Record<string, unknown>;
    const told = names.map((key, i) => [key, words[i]] as const).filter(([, value]) => value !== undefined);
    const args = { ...Object.fromEntries(told), ...options };
    await perform({ kind: 'data', name, args, json: json === true });
  };
}

function addRunning(program: Command, perform: Perform): void {
  program
    .command('start')
    .description('start the service: HTTP in front, the data in DATA_DIR')
    .addOption(new Option('--json', 'the log is JSON in any case, one event per line'))
    .addHelpText(
      'after',
      '\nStops cleanly on Ctrl-C, on SIGTERM or when its terminal closes; a second signal stops it at once.',
    )
    .action(() => perform({ kind: 'start' }));
  program
    .command('demo')
    .description(
      'play a day of a small merchant, show what each channel is told, and prove that it all adds up',
    )
    .option('--dir <path>', 'keep the data in this empty folder; default: a temporary one in DATA_DIR')
    .option('--port <number>', 'listen on this port; default: PORT, or any free port if that is taken', port)
    .option('--fast', 'no pauses between the scenes')
    .option('--exit', 'exit after the proof instead of staying up for a look around')
    .addOption(jsonOption())
    .action(({ json, ...args }: Common & DemoArgs) => perform({ kind: 'demo', args, json: json === true }));
}

function addImport(program: Command, perform: Perform): void {
  program
    .command('import')
    .description('import the messages of a file: JSON Lines, or CSV with a mapping; also .gz')
    .argument('<file>', 'read as a stream, whatever its size')
    .option(
      '--mapping <name>',
      'how a row becomes messages: one that ships with OnHand (online-retail), or the path of your own (….json)',
    )
    .option('--source <id>', 'the source of lines that do not name one; overrides the source of a mapping')
    .option('--dry-run', 'check every line and report what would happen; nothing is stored')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nEnds when everything is posted and proved. Importing the same file again adds only duplicates, so an import\n' +
        'that was interrupted is completed by running it again.',
    )
    .action(data(perform, 'import', ['file']));
}

function addReads(program: Command, perform: Perform): void {
  program
    .command('item')
    .description('show one item: how much is where, and what each channel may sell of it')
    .argument('<sku>')
    .option('--known-at <time>', 'as it was known at that time')
    .option('--as-of <time>', 'as it had happened by that time')
    .addOption(jsonOption())
    .action(data(perform, 'item', ['sku']));
  paged(program.command('availability'))
    .description('show what a channel may sell')
    .argument('<channel>')
    .argument('[listing]', 'only this listing')
    .action(data(perform, 'availability', ['channel', 'listing']));
  program
    .command('explain')
    .description('show how a number is made up, down to the messages behind it')
    .argument('<channel>')
    .argument('<listing>')
    .option('--at <time>', 'the number as it was at that time')
    .addOption(jsonOption())
    .action(data(perform, 'explain', ['channel', 'listing']));
  paged(program.command('timeline'))
    .description('list everything that happened to an item, by the time it happened')
    .argument('<sku>')
    .action(data(perform, 'timeline', ['sku']));
  for (const name of ['parked', 'rejected'] as const) {
    paged(program.command(name))
      .description(
        name === 'parked'
          ? 'list lines that wait for the catalog'
          : 'list messages that were refused, and why',
      )
      .action(data(perform, name));
  }
}

const paged = (command: Command): Command =>
  command
    .option('--limit <number>', 'show at most this many rows', limit, 100)
    .option('--cursor <cursor>', 'continue after an earlier page')
    .addOption(jsonOption());

function addHouseKeeping(program: Command, perform: Perform): void {
  program
    .command('rebuild')
    .description('rebuild everything derived from the log, and compare')
    .addOption(jsonOption())
    .action(data(perform, 'rebuild'));
  program
    .command('verify')
    .description('check every promise that can be checked on the stored data; exits 1 if one fails')
    .addOption(jsonOption())
    .action(data(perform, 'verify'));
  program
    .command('export')
    .description('write every message that OnHand has taken in, as CloudEvents in JSON Lines')
    .argument('[path]', 'a new file; default: standard output')
    .addOption(jsonOption())
    .action(data(perform, 'export', ['path']));
  program
    .command('backup')
    .description('make a verified copy of the data, also while the service is running')
    .argument('<path>', 'a new file')
    .addOption(jsonOption())
    .action(data(perform, 'backup', ['path']));
  program
    .command('restore')
    .description('put a backup into an empty DATA_DIR')
    .argument('<path>')
    .addOption(jsonOption())
    .action((path: string, options: Common) => perform({ kind: 'restore', path, json: isJson(options) }));
  program
    .command('copy')
    .description('copy the whole log from one store to another, and prove that it is identical')
    .requiredOption('--from <url>', 'sqlite:./data, or esdb://…: stop OnHand there first')
    .requiredOption('--to <url>', 'likewise; it must not hold a log yet')
    .addOption(jsonOption())
    .addHelpText('after', '\nIf it is interrupted, run it again: it continues where it stopped.')
    .action(({ from, to, json }: Common & { from: string; to: string }) =>
      perform({ kind: 'copy', from, to, json: json === true }),
    );
}

function addKafka(program: Command, perform: Perform): void {
  program
    .command('topics')
    .description('create the Kafka topics that OnHand reads and writes')
    .command('create')
    .description('create those that are missing, and report how the others differ from what they should be')
    .option('--partitions <number>', 'partitions of each topic that is created', partitions, 12)
    .option(
      '--replication <number>',
      'copies of each partition; default: three, or as many as there are brokers',
      copies,
    )
    .addOption(jsonOption())
    .action(({ json, ...args }: Common & TopicsArgs) =>
      perform({ kind: 'topics', args, json: json === true }),
    );
  program
    .command('produce')
    .description("send a file's messages to Kafka: JSON Lines, or CSV with a mapping; also .gz")
    .argument('<file>', 'read as a stream, whatever its size')
    .option('--mapping <name>', 'as for `onhand import`')
    .option('--source <id>', 'the source of lines that do not name one; overrides the source of a mapping')
    .option('--topic <name>', 'default: the first of KAFKA_EVENT_TOPICS')
    .addOption(jsonOption())
    .addHelpText('after', '\nMessages that are sent again count as duplicates.')
    .action((file: string, { json, ...args }: Common & Omit<ProduceArgs, 'file'>) =>
      perform({ kind: 'produce', args: { file, ...args }, json: json === true }),
    );
}

function addKeys(program: Command, perform: Perform): void {
  const keys = program
    .command('keys')
    .description('create, list and revoke keys for channels, warehouses, analysts and administrators');
  keys
    .command('create')
    .description('create a key; it is shown only once')
    .addOption(new Option('--channel <id>', 'for a channel').conflicts(['source', 'role']))
    .addOption(
      new Option('--source <id>', 'for a warehouse, 3PL, ERP or file').conflicts(['channel', 'role']),
    )
    .addOption(
      new Option('--role <role>', 'for a person')
        .choices(['analyst', 'admin'])
        .conflicts(['channel', 'source']),
    )
    .addOption(jsonOption())
    .action((options: Common & { channel?: string; source?: string; role?: string }, command: Command) => {
      if (options.channel === undefined && options.source === undefined && options.role === undefined) {
        command.error(
          'error: say whose key it is with --channel <id>, --source <id> or --role <analyst|admin>',
        );
      }
      return data(perform, 'keys-create')(options);
    });
  keys
    .command('list')
    .description('list all keys, without their secrets')
    .addOption(jsonOption())
    .action(data(perform, 'keys-list'));
  keys
    .command('revoke')
    .description('revoke a key: it is refused from then on')
    .argument('<id>')
    .addOption(jsonOption())
    .action(data(perform, 'keys-revoke', ['id']));
}

function addConfig(program: Command, perform: Perform): void {
  const config = program
    .command('config')
    .description('check or print the settings, from the environment and .env');
  for (const what of ['check', 'print'] as const) {
    config
      .command(what)
      .description(
        what === 'check' ? 'report everything that is wrong with them' : 'show them all, secrets masked',
      )
      .addOption(jsonOption())
      .action((options: Common) => perform({ kind: 'config', what, json: isJson(options) }));
  }
}

const port = (text: string): number => wholeNumber(text, 0, 65_535);
const limit = (text: string): number => wholeNumber(text, 1, 1_000);
const partitions = (text: string): number => wholeNumber(text, 1, 10_000);
const copies = (text: string): number => wholeNumber(text, 1, 9);

function wholeNumber(text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new InvalidArgumentError(`Use a whole number from ${least} to ${most}.`);
}
