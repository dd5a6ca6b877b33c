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
    .version(ownVersion(), '--version', 'which OnHand this is')
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
A command works through the service that runs on this data directory, or opens the data itself when none does.
Settings come from the environment or from a file .env: \`onhand config print\` shows them.

Exit codes: 0 done, 1 a check failed, 64 the words are wrong, 65 bad input or not there, 69 service or store
not reachable, 73 data directory in use by another process, 74 input/output error, 78 settings are wrong,
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
  new Option('--json', 'the result as JSON on standard output, and nothing else there');
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
    .addOption(new Option('--json', 'its log is JSON in any case, a line an event'))
    .addHelpText(
      'after',
      '\nStops in order on Ctrl-C, SIGTERM or when its terminal closes; a second one stops at once.',
    )
    .action(() => perform({ kind: 'start' }));
  program
    .command('demo')
    .description('play a day of a small merchant, show what each channel was told, prove that it all adds up')
    .option('--dir <path>', 'keep the data there (an empty folder); default: a temporary one in DATA_DIR')
    .option('--port <number>', 'listen on this port; default: PORT, or any free one if it is taken', port)
    .option('--fast', 'no pauses between the scenes')
    .option('--exit', 'end after the proof instead of staying for a look')
    .addOption(jsonOption())
    .action(({ json, ...args }: Common & DemoArgs) => perform({ kind: 'demo', args, json: json === true }));
}

function addImport(program: Command, perform: Perform): void {
  program
    .command('import')
    .description('tell OnHand the messages of a file: JSON Lines, or CSV with a mapping; also .gz')
    .argument('<file>', 'read as a stream, whatever its size')
    .option(
      '--mapping <name>',
      'how a row becomes messages: one that ships with OnHand (online-retail), or the path of your own (….json)',
    )
    .option(
      '--source <id>',
      'whose messages they are, where a line does not say; or another than the mapping names',
    )
    .option('--dry-run', 'check every line and tell what would come of it; nothing is stored')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nEnds when everything is posted and proved. The same file again brings only duplicates, so an import that\n' +
        'was interrupted is finished by running it again.',
    )
    .action(data(perform, 'import', ['file']));
}

function addReads(program: Command, perform: Perform): void {
  program
    .command('item')
    .description('one item: how much is where, and what each channel may sell of it')
    .argument('<sku>')
    .option('--known-at <time>', 'what we had been told by then')
    .option('--as-of <time>', 'what had happened by then')
    .addOption(jsonOption())
    .action(data(perform, 'item', ['sku']));
  paged(program.command('availability'))
    .description('what a channel may sell')
    .argument('<channel>')
    .argument('[listing]', 'only this one')
    .action(data(perform, 'availability', ['channel', 'listing']));
  program
    .command('explain')
    .description("a number's terms, down to the messages behind them")
    .argument('<channel>')
    .argument('<listing>')
    .option('--at <time>', 'the number as it was then')
    .addOption(jsonOption())
    .action(data(perform, 'explain', ['channel', 'listing']));
  paged(program.command('timeline'))
    .description('everything that happened to an item, by the time it happened')
    .argument('<sku>')
    .action(data(perform, 'timeline', ['sku']));
  for (const name of ['parked', 'rejected'] as const) {
    paged(program.command(name))
      .description(
        name === 'parked' ? 'lines that wait for the catalog' : 'messages that were refused, and why',
      )
      .action(data(perform, name));
  }
}

const paged = (command: Command): Command =>
  command
    .option('--limit <number>', 'rows at most', limit, 100)
    .option('--cursor <cursor>', 'go on behind an earlier page')
    .addOption(jsonOption());

function addHouseKeeping(program: Command, perform: Perform): void {
  program
    .command('rebuild')
    .description('make everything derived anew from the log, and compare')
    .addOption(jsonOption())
    .action(data(perform, 'rebuild'));
  program
    .command('verify')
    .description('check every promise that can be checked on the stored data; exits 1 if one fails')
    .addOption(jsonOption())
    .action(data(perform, 'verify'));
  program
    .command('export')
    .description('every message ever told, as CloudEvents in JSON Lines')
    .argument('[path]', 'a new file; default: standard output')
    .addOption(jsonOption())
    .action(data(perform, 'export', ['path']));
  program
    .command('backup')
    .description('a checked copy of the data, also of a running service')
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
    .description('carry the whole log from one store to another, as it is, and prove that it is the same')
    .requiredOption('--from <url>', 'sqlite:./data, or esdb://…: stop OnHand there first')
    .requiredOption('--to <url>', 'the same; it must hold no log yet')
    .addOption(jsonOption())
    .addHelpText('after', '\nInterrupted, it goes on where it was when it is run again.')
    .action(({ from, to, json }: Common & { from: string; to: string }) =>
      perform({ kind: 'copy', from, to, json: json === true }),
    );
}

function addKafka(program: Command, perform: Perform): void {
  program
    .command('topics')
    .description("Kafka's topics that OnHand reads and writes")
    .command('create')
    .description('make those that are missing, and say how the others differ from what they should be')
    .option('--partitions <number>', 'of each topic that is made', partitions, 12)
    .option(
      '--replication <number>',
      'copies of each; default: three, or as many as there are brokers',
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
    .option(
      '--source <id>',
      'whose messages they are, where a line does not say; or another than the mapping names',
    )
    .option('--topic <name>', 'default: the first of KAFKA_EVENT_TOPICS')
    .addOption(jsonOption())
    .addHelpText('after', '\nSent again, the same messages are taken as duplicates.')
    .action((file: string, { json, ...args }: Common & Omit<ProduceArgs, 'file'>) =>
      perform({ kind: 'produce', args: { file, ...args }, json: json === true }),
    );
}

function addKeys(program: Command, perform: Perform): void {
  const keys = program
    .command('keys')
    .description('keys for channels, warehouses, analysts and administrators');
  keys
    .command('create')
    .description('make a key; it is shown this once')
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
        command.error('error: name whose key it is: --channel <id>, --source <id> or --role <analyst|admin>');
      }
      return data(perform, 'keys-create')(options);
    });
  keys
    .command('list')
    .description('all keys, without their secrets')
    .addOption(jsonOption())
    .action(data(perform, 'keys-list'));
  keys
    .command('revoke')
    .description('a revoked key is refused from now on')
    .argument('<id>')
    .addOption(jsonOption())
    .action(data(perform, 'keys-revoke', ['id']));
}

function addConfig(program: Command, perform: Perform): void {
  const config = program.command('config').description('the settings, from the environment and .env');
  for (const what of ['check', 'print'] as const) {
    config
      .command(what)
      .description(
        what === 'check' ? 'say everything that is wrong with them' : 'show them all, secrets masked',
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
  throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
}
