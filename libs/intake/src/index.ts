export {
  type BodyReading,
  type IntakeReading,
  isRefused,
  readBody,
  readMessageText,
  type RefusedMessage,
} from './read-body.ts';
export { type MessageReading, readMessage, type ReadingOptions, type Refusal } from './read-message.ts';
