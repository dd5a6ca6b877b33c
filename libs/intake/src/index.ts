export { type ByteSource, bytesSource, fileSource, FileUnreadable } from './files/byte-source.ts';
export type { FileBatch, FileReading, SkippedRow } from './files/file-reading.ts';
export { readJsonLines } from './files/json-lines.ts';
export { type MappedFile, type MappingOptions, readMappedCsv } from './files/mapped-csv.ts';
export { BODY_BYTES_MAX, ID_LENGTH_MAX, MESSAGE_BYTES_MAX, MESSAGES_MAX } from './limits.ts';
export { loadMapping, type DeclaredLocation, type DeclaredSource, type Mapping } from './mapping/mapping.ts';
export { messageExample } from './messages/examples.ts';
export { asyncApiMessages, asyncApiSchemas, MESSAGE_SCHEMA, messageSchemas } from './messages/published.ts';
export {
  type BodyReading,
  type IntakeReading,
  isRefused,
  readBody,
  readMessageText,
  type RefusedMessage,
  type ToldMessage,
} from './read-body.ts';
export { type MessageReading, readMessage, type ReadingOptions, type Refusal } from './read-message.ts';
export { type CsvDialect, detectDialect } from './files/csv-header.ts';
export { type CsvRow, CsvScanner } from './files/csv-scanner.ts';
export { decodeUtf8 } from './json/utf8.ts';
// For the bodies of other doors: set-up and requests are read by the same rules as messages.
export type { WireObject } from './build-message.ts';
export * as fields from './messages/field.ts';
export type { Field, WireClass } from './messages/field.ts';
export { type JsonSchema, publishedSchemas, SCHEMA_PREFIX } from './messages/schemas.ts';
export { type ObjectReading, type Problems, readObject } from './read-object.ts';
export { toArrival } from './to-arrival.ts';
export { explainId, explainSlug, isIdText, isSlugText } from './scalars/id-text.ts';
export { parseInstant } from './scalars/instant-text.ts';
