export { type Fold, Projector } from './projector.ts';
export { ReadModelFailed, ReadModelFull } from './read-model.faults.ts';
export {
  type IndexPage,
  ReadModel,
  type Shelf,
  type ShelfDefinition,
  type ShelfEntry,
} from './read-model.port.ts';
