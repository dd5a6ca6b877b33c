/** Bytes of one message, in UTF-8. */
export const MESSAGE_BYTES_MAX = 262_144;
/** Bytes of one HTTP body, however many messages it carries. */
export const BODY_BYTES_MAX = 4_194_304;
/** So much of bodies is read and decided at a time, before others are served: no less, for one message may have it. */
export const BODY_BYTES_A_TURN = MESSAGE_BYTES_MAX;
/** Messages in one body. */
export const MESSAGES_MAX = 1_000;
/** How deep objects and arrays of one message may stand in each other. */
export const NESTING_MAX = 32;
/** Entries of one `attributes` map, and extension attributes of one message. */
export const ATTRIBUTES_MAX = 32;
/** Characters of an id, a SKU, a listing's name, an attribute's name. */
export const ID_LENGTH_MAX = 128;
/** Characters of a free text such as a reason, and of an attribute's value. */
export const TEXT_LENGTH_MAX = 1_024;
/** Problems told about one message; a sender mends these first. */
export const PROBLEMS_MAX = 20;
