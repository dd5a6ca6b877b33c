import { randomUUID } from 'node:crypto';
import { type KafkaConnection, ShardGroup } from '#kafka';
import { allShards, type Shards, ShardSet } from '#kernel';
import { type Settings, shareOf } from './environment.ts';
import { kafkaConnectionOf } from './kafka.ts';
import type { Logger } from './log.ts';
import { Loops } from './loops.ts';
import { isLogInFolder } from './settings/log-place.ts';

/** Roles whose work is divided over items. */
const DIVIDED = ['posting', 'publishing'] as const;
type DividedRole = (typeof DIVIDED)[number];

/** What Kafka has handed out to a role of this process. */
interface Handed {
  readonly state: string;
  readonly shards: readonly number[];
  /** Why it has handed out nothing. */
  readonly trouble?: string;
}

/**
 * Which part of the work on items is this process's: all of it where it has the log to itself; else what SHARD
 * says, or what Kafka hands out. It outlives the rooms.
 */
export class Sharding {
  /** Names this process among all that ever ran. */
  readonly writer = randomUUID();
  /** True where other processes may be at work on the same log. */
  readonly isShared: boolean;
  readonly posting: Shards;
  readonly publishing: Shards;
  readonly #groups = new Map<string, ShardGroup>();
  readonly #loops: Loops;

  /** `joins`: false for a command that does everything by itself for a moment. */
  constructor(settings: Settings, { log, joins }: { log: Logger; joins: boolean }) {
    this.isShared = !isLogInFolder(settings);
    this.#loops = new Loops(log);
    const connection = joins ? kafkaConnectionOf(settings) : undefined;
    const [posting, publishing] = DIVIDED.map((role) => {
      if (!settings.ROLES.includes(role)) return new ShardSet(settings.SHARDS);
      const fixed = fixedShards(settings, this.isShared, connection);
      return fixed ?? this.#handedOut(role, { settings, log, connection: connection! });
    });
    this.posting = posting!;
    this.publishing = publishing!;
  }

  /** Asks for its part, and goes on asking. */
  start(): void {
    for (const [name, group] of this.#groups) this.#loops.start(name, (signal) => group.run(signal));
  }

  /** By role, where Kafka hands them out: whether it has, and what; or why not. */
  states(): Readonly<Record<string, Handed>> {
    const owned: Readonly<Record<string, Shards>> = { posting: this.posting, publishing: this.publishing };
    return Object.fromEntries(
      [...this.#groups].map(([role, { state, trouble }]) => [
        role,
        { state, shards: owned[role]?.owned ?? [], ...(trouble !== undefined && { trouble }) },
      ]),
    );
  }

  /** Leaves its part to the others. */
  stop(): Promise<void> {
    return this.#loops.stopAll();
  }

  #handedOut(
    role: DividedRole,
    { settings, log, connection }: { settings: Settings; log: Logger; connection: KafkaConnection },
  ): ShardSet {
    const shards = new ShardSet(settings.SHARDS);
    const group = new ShardGroup({
      connection,
      log,
      groupId: `${settings.KAFKA_GROUP_ID}-${role}`,
      topic: settings.KAFKA_SHARDS_TOPIC,
      shards,
    });
    this.#groups.set(role, group);
    return shards;
  }
}

/** Undefined where Kafka hands them out. */
function fixedShards(
  { SHARD, SHARDS }: Settings,
  isShared: boolean,
  connection: KafkaConnection | undefined,
): Shards | undefined {
  const share = SHARD === undefined ? undefined : shareOf(SHARD);
  if (share !== undefined) {
    const all = Array.from({ length: SHARDS }, (_, shard) => shard);
    return new ShardSet(
      SHARDS,
      all.filter((shard) => shard % share.of === share.part - 1),
    );
  }
  return isShared && connection !== undefined ? undefined : allShards(SHARDS);
}
