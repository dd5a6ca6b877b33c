import { randomUUID } from 'node:crypto';
import type { KafkaConnection, ShardGroup } from '#kafka';
import { allShards, type Shards, ShardSet } from '#kernel';
import { type Settings, shareOf } from './environment.ts';
import { kafkaConnectionOf } from './kafka.ts';
import type { Logger } from './log.ts';
import { Loops } from './loops.ts';
import { isLogInFolder } from './settings/log-place.ts';

/** Roles whose work is divided among processes, by item. */
const DIVIDED = ['posting', 'publishing'] as const;
type DividedRole = (typeof DIVIDED)[number];

/** The group by whose protocol Kafka assigns the shards of a role. */
type GroupOf = (role: DividedRole, shards: ShardSet) => ShardGroup;

/** The shards that Kafka has assigned to a role of this process. */
interface Handed {
  readonly state: string;
  readonly shards: readonly number[];
  /** Why it has assigned none. */
  readonly trouble?: string;
}

/**
 * Which shards this process works on: all of them if no other process works on the log; else those that SHARD says, or
 * those that Kafka assigns. It outlives the rooms, which a rebuild may replace.
 */
export class Sharding {
  /** Unlike that of any other process, past or present. */
  readonly writer = randomUUID();
  /** True if other processes may work on the same log. */
  readonly isShared: boolean;
  readonly posting: Shards;
  readonly publishing: Shards;
  readonly #groups = new Map<string, ShardGroup>();
  readonly #loops: Loops;

  private constructor(settings: Settings, log: Logger, groupOf: GroupOf | undefined) {
    this.isShared = !isLogInFolder(settings);
    this.#loops = new Loops(log);
    const [posting, publishing] = DIVIDED.map((role) => {
      if (!settings.ROLES.includes(role)) return new ShardSet(settings.SHARDS);
      if (groupOf === undefined) return fixedShards(settings);
      const shards = new ShardSet(settings.SHARDS);
      this.#groups.set(role, groupOf(role, shards));
      return shards;
    });
    this.posting = posting!;
    this.publishing = publishing!;
  }

  /** `joins`: false for a command, which does everything by itself for a moment. */
  static async of(settings: Settings, { log, joins }: { log: Logger; joins: boolean }): Promise<Sharding> {
    const connection = joins ? kafkaConnectionOf(settings) : undefined;
    const isFixed = isLogInFolder(settings) || settings.SHARD !== undefined || connection === undefined;
    return new Sharding(settings, log, isFixed ? undefined : await groupsOf(settings, log, connection));
  }

  /** Joins the groups by which Kafka assigns shards. */
  start(): void {
    for (const [name, group] of this.#groups) this.#loops.start(name, (signal) => group.run(signal));
  }

  /** By role, for shards that Kafka assigns: the state, and the shards, or why there are none. */
  states(): Readonly<Record<string, Handed>> {
    const owned: Readonly<Record<string, Shards>> = { posting: this.posting, publishing: this.publishing };
    return Object.fromEntries(
      [...this.#groups].map(([role, { state, trouble }]) => [
        role,
        { state, shards: owned[role]?.owned ?? [], ...(trouble !== undefined && { trouble }) },
      ]),
    );
  }

  /** Leaves its shards to the other processes. */
  stop(): Promise<void> {
    return this.#loops.stopAll();
  }
}

async function groupsOf(settings: Settings, log: Logger, connection: KafkaConnection): Promise<GroupOf> {
  const { ShardGroup } = await import('#kafka'); // Only where it is needed: loading Kafka's client takes time.
  return (role, shards) =>
    new ShardGroup({
      connection,
      log,
      groupId: `${settings.KAFKA_GROUP_ID}-${role}`,
      topic: settings.KAFKA_SHARDS_TOPIC,
      shards,
    });
}

/** Those that SHARD says, or all. */
function fixedShards({ SHARD, SHARDS }: Settings): Shards {
  const share = SHARD === undefined ? undefined : shareOf(SHARD);
  if (share === undefined) return allShards(SHARDS);
  const all = Array.from({ length: SHARDS }, (_, shard) => shard);
  return new ShardSet(
    SHARDS,
    all.filter((shard) => shard % share.of === share.part - 1),
  );
}
