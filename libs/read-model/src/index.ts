export { NewestEvent } from './newest-event.ts';
export { type Fold, type PagedLog, Projector } from './projector.ts';
export { ReadModelFailed, ReadModelFull } from './read-model.faults.ts';
export {
  type IndexPage,
  ReadModel,
  type Shelf,
  type ShelfDefinition,
  type ShelfEntry,
  type StoredHash,
} from './read-model.port.ts';
