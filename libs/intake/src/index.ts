export { type ByteSource, fileSource } from './files/byte-source.ts';
export type { FileBatch, FileReading } from './files/file-reading.ts';
export { readJsonLines } from './files/json-lines.ts';
export { readMappedCsv } from './files/mapped-csv.ts';
export { BODY_BYTES_MAX, BODY_BYTES_A_TURN, ID_LENGTH_MAX, MESSAGES_MAX } from './limits.ts';
export { loadMapping, type Mapping } from './mapping/mapping.ts';
export { messageExample } from './messages/examples.ts';
export { asyncApiMessages, asyncApiSchemas, MESSAGE_SCHEMA, messageSchemas } from './messages/published.ts';
export {
  type BodyReading,
  type IntakeReading,
  isRefused,
  readBody,
  readBodyInSlices,
  readMessageText,
} from './read-body.ts';
export { detectDialect } from './files/csv-header.ts';
export { type CsvRow, CsvScanner } from './files/csv-scanner.ts';
export { decodeUtf8 } from './json/utf8.ts';
// For the bodies of other doors: set-up and requests are read by the same rules as messages.
export * as fields from './messages/field.ts';
export type { Field, WireClass } from './messages/field.ts';
export { type JsonSchema, publishedSchemas, SCHEMA_PREFIX } from './messages/schemas.ts';
export { type Problems, readObject } from './read-object.ts';
export { toArrival } from './to-arrival.ts';
export { explainId, explainSlug, isIdText, isSlugText } from './scalars/id-text.ts';
export { parseInstant } from './scalars/instant-text.ts';
