/**
 * Something around us failed: a disk, a broker, a network, or somebody else was faster for too long.
 * Faults are thrown. A business "no" is never a Fault: it is a returned Rejection.
 */
export abstract class Fault extends Error {
  /** Stable, upper case, greppable: dashboards, runbooks and clients key on it. */
  abstract readonly code: string;
  /** True if the same call may succeed later without anybody changing anything. */
  abstract readonly retriable: boolean;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}
