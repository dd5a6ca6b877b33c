/** The id of a channel, a source or a location. It has no colon, so that another name can follow after one. */
export const SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/;
export const SLUG_LENGTH_MAX = 63;
