/** The own id of a channel, a source or a location. It has no colon: what follows one is another name. */
export const SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/;
export const SLUG_LENGTH_MAX = 63;
