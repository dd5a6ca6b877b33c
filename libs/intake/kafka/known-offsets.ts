import type { Admin, SeekEntry } from 'kafkajs';
import type { EventStore } from '#event-store';
import { askKafka } from '#kafka';
import type { ConsumptionParts } from './consumption-parts.ts';
import type { OwnOffset, OwnOffsets } from './own-offsets.ts';
import type { Place } from './rejected-topic.ts';
import { hasMark, type KnownOffsets, markOf } from './start-offset.ts';

/** All that is known of a partition before it is read. */
export interface BeforeReading {
  readonly known: KnownOffsets;
  readonly own: OwnOffset | undefined;
}

interface KnownOffsetsParts extends Pick<ConsumptionParts, 'connection' | 'groupId' | 'store'> {
  readonly ownOffsets: OwnOffsets;
}

/** What the brokers and our own table say about one partition. */
interface Told {
  readonly place: Place;
  readonly own: OwnOffset | undefined;
  readonly committed: Committed | undefined;
  readonly there: { readonly low: number; readonly high: number; readonly newer?: number };
}

/** -1: nothing is committed. */
type Committed = SeekEntry & { readonly metadata: string | null };

/** Asks the brokers and our own table. Leaves out partitions without a leader. Throws KafkaUnavailable and StoreUnavailable. */
export async function knownOffsets(
  { connection, groupId, store, ownOffsets }: KnownOffsetsParts,
  places: readonly Place[],
): Promise<ReadonlyMap<Place, BeforeReading>> {
  const read: Pick<Told, 'place' | 'own'>[] = [];
  for (const place of places) read.push({ place, own: await ownOffsets.read(place) });
  const told = await askKafka(connection, async (admin) => {
    const committed = await committedOf(admin, groupId, places);
    const there = await offsetsThere(admin, places);
    const all: Told[] = [];
    for (const { place, own } of read) {
      const range = there(place);
      if (range === undefined) continue;
      const partition = { place, own, committed: committed(place), there: range };
      const newer = await newerIn(admin, partition);
      if (newer !== undefined) all.push({ ...partition, there: { ...range, ...newer } });
    }
    return all;
  });
  const known = told.map(async (each) => [each.place, await beforeReading(store, each)] as const);
  return new Map(await Promise.all(known));
}

/** Those of these partitions for which nothing is committed. Throws KafkaUnavailable. */
export function uncommitted(
  { connection, groupId }: Pick<ConsumptionParts, 'connection' | 'groupId'>,
  places: readonly Place[],
): Promise<Place[]> {
  return askKafka(connection, async (admin) => {
    const committed = await committedOf(admin, groupId, places);
    return places.filter((place) => Number(committed(place)?.offset ?? -1) < 0);
  });
}

async function committedOf(admin: Admin, groupId: string, places: readonly Place[]) {
  const told = await admin.fetchOffsets({ groupId, topics: topicsOf(places) });
  return ({ topic, partition }: Place): Committed | undefined =>
    told.find((each) => each.topic === topic)?.partitions.find((each) => each.partition === partition);
}

async function offsetsThere(admin: Admin, places: readonly Place[]) {
  const topics = topicsOf(places).map(
    async (topic) => [topic, await admin.fetchTopicOffsets(topic)] as const,
  );
  const told = new Map(await Promise.all(topics));
  return ({ topic, partition }: Place): Told['there'] | undefined => {
    const there = told.get(topic)?.find((each) => each.partition === partition);
    return there && { low: Number(there.low), high: Number(there.high) };
  };
}

/**
 * Asks for the first record that is newer than all that we have read, if only our own table says how far we are: the table
 * may be about a topic that was deleted since. Undefined if the partition has just lost its leader.
 */
async function newerIn(
  admin: Admin,
  { place, own, committed }: Told,
): Promise<{ readonly newer?: number } | undefined> {
  if (own === undefined || Number(committed?.offset ?? -1) >= 0) return {};
  const readThrough = own.newestAt ?? own.mark.recordedAt;
  const told = await admin.fetchTopicOffsetsByTimestamp(place.topic, readThrough + 1);
  const found = told.find(({ partition }) => partition === place.partition);
  return found && { newer: Number(found.offset) };
}

async function beforeReading(store: EventStore, { own, committed, there }: Told): Promise<BeforeReading> {
  const next = Number(committed?.offset ?? -1);
  const text = committed?.metadata;
  const known: KnownOffsets = {
    ...there,
    ...(own !== undefined && { own: own.next }),
    ...(next >= 0 && { committed: { next, mark: markOf(text), isOfThisLog: await hasMark(store, text) } }),
  };
  return { known, own };
}

const topicsOf = (places: readonly Place[]): string[] => [...new Set(places.map(({ topic }) => topic))];
