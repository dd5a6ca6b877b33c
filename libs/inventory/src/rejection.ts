/**
 * A business "no", or input that we cannot take: an ordinary answer, so it is returned and never thrown.
 * `code` is stable and upper case; `detail` says what to do next.
 */
export interface Rejection {
  readonly code: string;
  readonly detail: string;
  /** JSON pointer to what is wrong, such as `/data/lines/0/quantity`. */
  readonly pointer?: string;
  /** The nearest right name, the allowed values. */
  readonly hint?: string;
  /** What the caller may need in order to act: `shortages`, `current`, `state`. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

export const isRejection = (value: object): value is Rejection =>
  'code' in value && 'detail' in value && typeof value.code === 'string';
