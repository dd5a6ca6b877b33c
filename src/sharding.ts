import { randomUUID } from 'node:crypto';
import { type KafkaConnection, ShardGroup } from '#kafka';
import { allShards, type Shards, ShardSet } from '#kernel';
import { type Settings, shareOf } from './environment.ts';
import { kafkaConnectionOf } from './kafka.ts';
import type { Logger } from './log.ts';
import { Loops } from './loops.ts';
import { isLogInFolder } from './settings/log-place.ts';

/** Roles whose work is divided among processes, by item. */
const DIVIDED = ['posting', 'publishing'] as const;
type DividedRole = (typeof DIVIDED)[number];

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

  /** `joins`: false for a command, which does everything by itself for a moment. */
  constructor(settings: Settings, { log, joins }: { log: Logger; joins: boolean }) {
    this.isShared = !isLogInFolder(settings);
    this.#loops = new Loops(log);
    const connection = joins ? kafkaConnectionOf(settings) : undefined;
    const [posting, publishing] = DIVIDED.map((role) => {
      if (!settings.ROLES.includes(role)) return new ShardSet(settings.SHARDS);
      const fixed = fixedShards(settings, this.isShared, connection);
      return fixed ?? this.#assigned(role, { settings, log, connection: connection! });
    });
    this.posting = posting!;
    this.publishing = publishing!;
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

  #assigned(
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

/** Undefined if Kafka assigns them. */
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
