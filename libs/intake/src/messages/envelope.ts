import { MESSAGE_TYPES, type MessageType } from '#inventory';
import { anyText, define, id, instant, oneOf, optional, runningNumber, slug } from './field.ts';

/** The attributes of CloudEvents 1.0 that OnHand reads. Any other is an extension, and kept. */
interface Attributes {
  readonly specversion?: string;
  readonly id: string;
  readonly source: string;
  readonly type: MessageType;
  readonly time: string;
  readonly sequence?: number;
  readonly datacontenttype?: string;
}

const SPEC_VERSION = '1.0';

export class Envelope {}
define<Attributes>(
  Envelope,
  'A CloudEvents 1.0 event. Other attributes are extensions: they are kept but never interpreted.',
  {
    specversion: optional(oneOf('The version of CloudEvents.', [SPEC_VERSION])),
    id: id('Identifies the message, together with source. The same message again is a duplicate.'),
    source: slug('The channel or source that sends the message.'),
    type: oneOf('What happened.', MESSAGE_TYPES),
    time: instant('When it happened: RFC 3339 with an offset, cut to milliseconds.'),
    sequence: optional(runningNumber("The source's own running number, used to find gaps.")),
    datacontenttype: optional(anyText('Only application/json.')),
  },
);
