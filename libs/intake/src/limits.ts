/** Bytes of one message, in UTF-8. */
export const MESSAGE_BYTES_MAX = 262_144;
/** Bytes of one HTTP body, however many messages it carries. */
export const BODY_BYTES_MAX = 4_194_304;
/** Bytes of a body that are read and decided before other requests are served: not less than one message may have. */
export const BODY_BYTES_A_TURN = MESSAGE_BYTES_MAX;
/** Messages in one body. */
export const MESSAGES_MAX = 1_000;
/** How deeply objects and arrays of one message may be nested. */
export const NESTING_MAX = 32;
/** Entries of one `attributes` map, and extension attributes of one message. */
export const ATTRIBUTES_MAX = 32;
/** Characters of an id, a SKU, a listing's name, an attribute's name. */
export const ID_LENGTH_MAX = 128;
/** Characters of a free text such as a reason, and of an attribute's value. */
export const TEXT_LENGTH_MAX = 1_024;
/** Problems reported for one message. */
export const PROBLEMS_MAX = 20;
