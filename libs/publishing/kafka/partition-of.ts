import { partOf } from '#kernel';

/**
 * The partition of a key, chosen as by the default partitioners of Java and kafkajs: so all values of a key are in one
 * partition, even if other clients write some of them.
 */
export const partitionOf = (key: string, partitions: number): number => partOf(key, partitions);
