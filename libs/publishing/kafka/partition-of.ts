import { partOf } from '#kernel';

/**
 * The partition of a key, as Java's and kafkajs' default partitioners choose it, for as many partitions as the topic has: all
 * values of a key stand in one partition for good, also beside what other clients write.
 */
export const partitionOf = (key: string, partitions: number): number => partOf(key, partitions);
