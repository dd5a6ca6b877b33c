export { assert, assertNever } from './assert.ts';
export { type Clock, type Instant, neverBack, pause, systemClock, timeWriter } from './clock.ts';
export { compareUtf8 } from './compare-utf8.ts';
export { Fault } from './fault.ts';
export { few } from './few.ts';
export { FILE_WORDS } from './file-words.ts';
export { partOf } from './murmur2.ts';
export {
  fitsDecimals,
  LINE_UNITS_MAX,
  multiplyDown,
  type Quantity,
  QUANTITY_DECIMALS_MAX,
  roundDown,
  stepOfDecimals,
  timesInto,
  toQuantity,
  toUnits,
  UNIT,
} from './quantity.ts';
export { allShards, shardOf, type Shards, ShardSet } from './shards.ts';
export { type SharedTurn, Turns } from './turns.ts';
