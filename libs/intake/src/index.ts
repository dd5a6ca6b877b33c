export {
  type BodyReading,
  type IntakeReading,
  isRefused,
  readBody,
  readMessageText,
  type RefusedMessage,
} from './read-body.ts';
export { type MessageReading, readMessage, type ReadingOptions, type Refusal } from './read-message.ts';
export { nearestName } from './nearest-name.ts';
/** The rules of a field, for classes of other doors' bodies: `define`, `quantity`, `slug`, … */
export * as fields from './messages/field.ts';
export type { Field, WireClass } from './messages/field.ts';
export { type JsonSchema, publishedSchemas, SCHEMA_PREFIX } from './messages/schemas.ts';
export { type ObjectReading, type Problems, readObject } from './read-object.ts';
export { pointerStep } from './problem.ts';
export { explainId, explainSlug, isIdText, isSlugText } from './scalars/id-text.ts';
export { parseInstant } from './scalars/instant-text.ts';
export type { WireObject } from './build-message.ts';
