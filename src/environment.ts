import { plainToInstance } from 'class-transformer';
import { IsNotEmpty, IsOptional, validateSync } from 'class-validator';
import { resolve } from 'node:path';
import { nearestName, shown, SLUG } from '#inventory';
import { hasCertificates, isReadable } from './settings/certificate-file.ts';
import { readEnvFile } from './settings/env-file.ts';
import { isLogInFolder, isServerAddress, withoutPassword } from './settings/log-place.ts';
import {
  Flag,
  Host,
  isBroker,
  isLoopback,
  isTopic,
  ListOf,
  OneOf,
  rule,
  Topic,
  WholeNumber,
} from './settings/setting-rules.ts';
import { topicProblems } from './settings/topic-problems.ts';

const ROLES = ['http', 'intake', 'posting', 'availability', 'publishing'] as const;
type Role = (typeof ROLES)[number];

/**
 * All settings. The defaults are for a laptop: no containers, no accounts. A setting without a default needs `= undefined`:
 * a field that is only declared does not exist at run time, and so the setting would not be known.
 */
export class Settings {
  @Host()
  readonly HOST: string = '127.0.0.1';

  /** 0 takes any free port. */
  @WholeNumber(0, 65_535)
  readonly PORT: number = 3000;

  @rule('directory', 'a folder of its own, not the root', isOwnDirectory)
  readonly DATA_DIR: string = './data';

  /** Where the log is: in DATA_DIR, or in EventStoreDB or KurrentDB. */
  @rule('store', 'sqlite, or an esdb:// or kurrentdb:// address', (value) => isStore(String(value)))
  readonly EVENT_STORE: string = 'sqlite';

  /** host:port, comma-separated. */
  @IsOptional()
  @ListOf('host:port', isBroker)
  readonly KAFKA_BROKERS?: readonly string[] = undefined;

  /** `topic`, or `topic=source`: then no other source may write there. */
  @ListOf('topics, each written `topic` or `topic=source`', isEventTopic)
  readonly KAFKA_EVENT_TOPICS: readonly string[] = ['onhand.events'];

  @Topic()
  readonly KAFKA_AVAILABILITY_TOPIC: string = 'onhand.availability';

  @Topic()
  readonly KAFKA_ORDERS_TOPIC: string = 'onhand.orders';

  @Topic()
  readonly KAFKA_REJECTED_TOPIC: string = 'onhand.rejected';

  @Topic()
  readonly KAFKA_SHARDS_TOPIC: string = 'onhand.shards';

  @IsNotEmpty()
  readonly KAFKA_CLIENT_ID: string = 'onhand';

  @IsNotEmpty()
  readonly KAFKA_GROUP_ID: string = 'onhand';

  @Flag()
  readonly KAFKA_SSL: boolean = false;

  /** A file with the certificate authority's certificate. */
  @IsOptional()
  @rule('file', 'a readable file', isReadable)
  readonly KAFKA_SSL_CA?: string = undefined;

  @IsOptional()
  @OneOf('plain', 'scram-sha-256', 'scram-sha-512')
  readonly KAFKA_SASL_MECHANISM?: 'plain' | 'scram-sha-256' | 'scram-sha-512' = undefined;

  @IsOptional()
  @IsNotEmpty()
  readonly KAFKA_SASL_USERNAME?: string = undefined;

  @IsOptional()
  @rule('secret', 'the real secret, not a placeholder', (value) => !isPlaceholder(String(value)))
  readonly KAFKA_SASL_PASSWORD?: string = undefined;

  @ListOf(`roles (${ROLES.join(', ')})`, (text) => (ROLES as readonly string[]).includes(text))
  readonly ROLES: readonly Role[] = ROLES;

  @WholeNumber(1, 1_024)
  readonly SHARDS: number = 16;

  /** `2/8`: this process has the second eighth of the shards. Without it Kafka assigns them, or the process has all. */
  @IsOptional()
  @rule(
    'share',
    'a part of a whole, such as 2/8 for the second of eight',
    (value) => shareOf(String(value)) !== undefined,
  )
  readonly SHARD?: string = undefined;

  @OneOf('keys', 'off')
  readonly AUTH: 'keys' | 'off' = 'keys';

  /** Allows http and private addresses. For tests. */
  @Flag()
  readonly WEBHOOK_ALLOW_PRIVATE: boolean = false;

  @OneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent')
  readonly LOG_LEVEL: string = 'info';
}

type SettingName = keyof Settings;
export const SETTING_NAMES = Object.keys(
  plainToInstance(Settings, allUnset(), { exposeDefaultValues: true }),
) as readonly SettingName[];

/** A setting as `config print` shows it: secrets are masked. */
interface SettingShown {
  readonly name: SettingName;
  readonly value: string;
  /** True if the value is the default. */
  readonly isDefault: boolean;
}

/** Names every wrong setting. The process exits with 78. */
export class BadSettings extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The settings are wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'BadSettings';
  }
}

/** Adds the variables of `.env` in the working directory, except those that the environment has. Throws BadSettings. */
export function loadDotEnv(): void {
  const file = readEnvFile('.env');
  if (file === undefined) return;
  if ('problems' in file) throw new BadSettings(file.problems);
  for (const [name, value] of Object.entries(file.variables)) process.env[name] ??= value;
}

/** Reads the settings once, at start. Throws BadSettings with everything that is wrong at once. */
export function readSettings(variables: Readonly<Record<string, string | undefined>>): Settings {
  const told = Object.fromEntries(
    SETTING_NAMES.filter((name) => variables[name] !== undefined).map((name) => [name, variables[name]]),
  );
  const settings = plainToInstance(Settings, told, { exposeDefaultValues: true });
  const empty = Object.keys(told).filter((name) => told[name]?.trim() === '');
  const problems = [
    ...misspelt(variables),
    ...empty.map((name) => `${name} is empty: give it a value, or remove it to use its default`),
    ...validateSync(settings)
      .filter(({ property }) => !empty.includes(property))
      .map(({ property, constraints }) => wrongValue(property, told[property], constraints)),
  ];
  // Settings are compared with each other only if each of them is right.
  if (problems.length === 0) problems.push(...contradictions(settings));
  if (problems.length > 0) throw new BadSettings(problems);
  return Object.freeze(settings);
}

/** The settings in force, with secrets masked. */
export function showSettings(settings: Settings): SettingShown[] {
  const defaults = plainToInstance(Settings, allUnset(), { exposeDefaultValues: true });
  return SETTING_NAMES.map((name) => ({
    name,
    value: maskSecret(name, String(settings[name] ?? '')),
    isDefault: String(settings[name]) === String(defaults[name]),
  }));
}

const SECRETS: readonly string[] = ['KAFKA_SASL_PASSWORD'] satisfies SettingName[];
/** Here an @ does not follow a password. */
const PATHS: readonly string[] = ['DATA_DIR', 'KAFKA_SSL_CA'] satisfies SettingName[];
const MASK = '***';

function maskSecret(name: string, value: string): string {
  if (SECRETS.includes(name)) return value === '' ? '' : MASK;
  return PATHS.includes(name) ? value : withoutPassword(value);
}

/** Short names are near many others that are not meant (PATH is near AUTH): they may differ by less. */
const editsMax = (name: string): number => (name.length < 6 ? 1 : 2);

function misspelt(variables: Readonly<Record<string, string | undefined>>): string[] {
  const known: readonly string[] = SETTING_NAMES;
  return Object.keys(variables)
    .filter((name) => !known.includes(name))
    .flatMap((name) => {
      const nearest = nearestName(name, known, editsMax);
      return nearest === undefined ? [] : [`${name} is not a setting: did you mean ${nearest}?`];
    });
}

function wrongValue(
  name: string,
  value: string | undefined,
  constraints: Record<string, string> = {},
): string {
  const expected = Object.values(constraints)[0] ?? 'is wrong';
  return `${name} ${expected.replace(`${name} `, '')}, got ${shown(maskSecret(name, String(value)))}`;
}

/** What works but should be changed. The address of a store is checked by `checkAddress`. */
export function settingWarnings(settings: Settings): string[] {
  const { KAFKA_BROKERS, KAFKA_SASL_PASSWORD, KAFKA_SSL } = settings;
  const isInTheClear = KAFKA_BROKERS !== undefined && KAFKA_SASL_PASSWORD !== undefined && !KAFKA_SSL;
  return [
    ...(isInTheClear
      ? [
          'KAFKA_SASL_PASSWORD is sent to the brokers without TLS, readable for anybody on the network: set KAFKA_SSL=true if the brokers support it',
        ]
      : []),
    ...workOfNobody(settings),
    ...workOfNothing(settings),
  ];
}

/** The role `intake` takes messages only from Kafka: those over HTTP are taken by `http`. */
function workOfNothing({ ROLES, KAFKA_BROKERS }: Settings): string[] {
  if (KAFKA_BROKERS !== undefined || ROLES.join() !== 'intake') return [];
  return [
    'ROLES is only intake, but KAFKA_BROKERS is not set, so this process has nothing to do: set KAFKA_BROKERS, or add roles',
  ];
}

/** A log in a folder has only one process: no other can have the missing roles. */
function workOfNobody(settings: Settings): string[] {
  const leftOut = ALWAYS_NEEDED.filter((role) => !settings.ROLES.includes(role));
  if (!isLogInFolder(settings) || leftOut.length === 0) return [];
  return [
    `ROLES leaves out ${leftOut.join(' and ')}, but a log in DATA_DIR allows no second process that could do it: add the missing roles`,
  ];
}

const ALWAYS_NEEDED: readonly Role[] = ['posting', 'publishing'];

function contradictions(settings: Settings): string[] {
  const problems: string[] = [];
  if (settings.AUTH === 'off' && !isLoopback(settings.HOST)) {
    problems.push(
      `AUTH=off is for loopback only: set HOST=127.0.0.1, or AUTH=keys (HOST is "${settings.HOST}")`,
    );
  }
  const { KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD } = settings;
  const login = [KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD];
  const hasUser = login.some((part) => part !== undefined);
  if (hasUser && login.includes(undefined)) {
    problems.push(
      'KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD belong together: set all three, or none',
    );
  }
  const isRemote = settings.KAFKA_BROKERS?.some(
    (broker) => !isLoopback(broker.slice(0, broker.lastIndexOf(':'))),
  );
  if (hasUser && isRemote && !settings.KAFKA_SSL) {
    problems.push('KAFKA_SASL_PASSWORD would cross the network unencrypted: set KAFKA_SSL=true');
  }
  if (settings.KAFKA_SSL_CA !== undefined && !settings.KAFKA_SSL) {
    problems.push(
      'KAFKA_SSL_CA is set, but KAFKA_SSL is not true: set KAFKA_SSL=true, or remove KAFKA_SSL_CA',
    );
  } else if (settings.KAFKA_SSL_CA !== undefined && !hasCertificates(settings.KAFKA_SSL_CA)) {
    problems.push(`KAFKA_SSL_CA must be a file of certificates (PEM), but ${settings.KAFKA_SSL_CA} has none`);
  }
  return [...problems, ...topicProblems(settings), ...shareProblems(settings)];
}

function shareProblems(settings: Settings): string[] {
  const problems: string[] = [];
  const share = settings.SHARD === undefined ? undefined : shareOf(settings.SHARD);
  if (share !== undefined && share.of > settings.SHARDS) {
    problems.push(
      `SHARD divides the work by ${share.of}, but SHARDS is only ${settings.SHARDS}: use at most as many parts as there are shards`,
    );
  }
  if (share !== undefined && share.of > 1 && isLogInFolder(settings)) {
    problems.push(
      'SHARD divides the work of one log among processes: set EVENT_STORE to a server that all of them share',
    );
  }
  return problems;
}

function isStore(text: string): boolean {
  return text === 'sqlite' || isServerAddress(text);
}

/** `2/8` is part 2 of 8; parts are counted from 1. Undefined if the text is not of that form. */
export function shareOf(text: string): { readonly part: number; readonly of: number } | undefined {
  const [, part = 0, of = 0] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number);
  return part >= 1 && part <= of ? { part, of } : undefined;
}

function isEventTopic(text: string): boolean {
  const [topic = '', source, ...rest] = text.split('=');
  return rest.length === 0 && isTopic(topic) && (source === undefined || SLUG.test(source));
}

function isOwnDirectory(value: unknown): boolean {
  const path = String(value);
  return path !== '' && !path.includes('\0') && resolve(path) !== resolve('/');
}

function isPlaceholder(secret: string): boolean {
  return ['', 'changeme', 'change-me', 'secret', 'password', 'xxx', 'todo'].includes(
    secret.trim().toLowerCase(),
  );
}

/** No setting at all: class-transformer then makes an object of all defaults. */
function allUnset(): Record<string, never> {
  return {};
}
