export { type ByteSource, bytesSource, fileSource, FileUnreadable } from './files/byte-source.ts';
export type { FileBatch, FileReading, SkippedRow } from './files/file-reading.ts';
export { readJsonLines } from './files/json-lines.ts';
export { type MappedFile, type MappingOptions, readMappedCsv } from './files/mapped-csv.ts';
export { loadMapping, type DeclaredLocation, type DeclaredSource, type Mapping } from './mapping/mapping.ts';
export {
  type BodyReading,
  type IntakeReading,
  isRefused,
  readBody,
  readMessageText,
  type RefusedMessage,
} from './read-body.ts';
export { type MessageReading, readMessage, type ReadingOptions, type Refusal } from './read-message.ts';
