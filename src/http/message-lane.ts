import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  BODY_BYTES_MAX,
  BODY_BYTES_A_TURN,
  type BodyReading,
  readBody,
  readBodyInSlices,
  toArrival,
} from '#intake';
import type { Arrival } from '#inventory';
import type { Bringer, Outcome } from '#journal';
import type { Clock } from '#kernel';
import { bringerOf, type Caller, ownerOf } from './caller.ts';
import type { Door } from './door.ts';
import type { Farewell } from './farewell.ts';
import type { Gatekeeper } from './gatekeeper.ts';
import { LaneVisit } from './lane-visit.ts';
import { answerTo } from './message-answers.ts';
import { PROBLEM_TYPE, problemOf } from './problem.ts';
import type { ProblemFilter } from './problem-filter.ts';
import type { RequestIds } from './request-id.ts';
import { toldInSlices } from './told-in-slices.ts';
import type { Watch } from './traffic.ts';

/** What the lane needs of the rooms. */
export interface Telling {
  readonly clock: Clock;
  readonly accept: (arrivals: readonly Arrival[], by: Bringer) => Promise<readonly Outcome[]>;
  readonly onAnswered: (outcomes: readonly Outcome[]) => void;
}

interface LaneParts extends Telling {
  readonly gatekeeper: Gatekeeper;
  readonly farewell: Farewell;
  readonly filter: ProblemFilter;
  readonly requestIds: RequestIds;
}

/** What stands before the framework's own route of the same path, and before the lane alike. */
interface LaneDoor {
  readonly door: Door;
  readonly seen: Watch;
}

export const LANE_METHOD = 'POST';
export const LANE_PATH = '/v1/events';
/** Bodies that come in one turn of the event loop are told together, so many messages at a time. */
const TOGETHER_MAX = 1_000;
/** So many in one body are worth a call of their own. */
const ALONE_MIN = 64;

/**
 * The way that nearly every message takes: past the framework, through the same door, to the same answers.
 * Whoever sends as most do (a length, no encoding, no query) is answered here; everybody else takes the long way.
 * What comes in one turn of the event loop is told to the journal in one call: under load that is many, and each
 * costs less. Nobody waits longer than the turn, and what is much is told in slices, so that no turn is long.
 */
export class MessageLane {
  readonly #parts: LaneParts;
  #door: LaneDoor | undefined;
  #came: LaneVisit[] = [];

  constructor(parts: LaneParts) {
    this.#parts = parts;
  }

  /** Until then nobody comes this way. */
  open(door: LaneDoor): void {
    this.#door = door;
  }

  /** True if it is answered here. */
  takes(request: IncomingMessage, response: ServerResponse): boolean {
    if (this.#door === undefined || !isUsual(request)) return false;
    const { gatekeeper, farewell, requestIds } = this.#parts;
    const visit = new LaneVisit(request, response, requestIds.of(request), farewell.meet());
    try {
      const stay = this.#door.seen(response, visit.id);
      gatekeeper.admit(this.#door.door, visit);
      stay.admit(visit.caller.keyId);
      stay.keep(Number(request.headers['content-length']));
      this.#come(visit);
    } catch (error) {
      this.#refuse(visit, error);
    }
    return true;
  }

  #come(visit: LaneVisit): void {
    if (this.#came.push(visit) === 1) setImmediate(() => this.#endTurn());
  }

  #endTurn(): void {
    const came = this.#came;
    this.#came = [];
    const groups: Group[] = [];
    let bytes = 0;
    for (const visit of came) {
      if (bytes >= BODY_BYTES_A_TURN) this.#come(visit);
      else if (visit.isWhole) bytes += this.#read(visit, groups);
      else visit.whenWhole(() => this.#come(visit));
    }
    for (const group of groups) void this.#tell(group);
  }

  /** How many bytes that took. */
  #read(visit: LaneVisit, groups: Group[]): number {
    const bytes = visit.body();
    if (bytes.length > BODY_BYTES_A_TURN) {
      void this.#tellInSlices(visit, bytes);
      return bytes.length;
    }
    try {
      const body = readBody(bytes, visit.headers['content-type'], this.#parts.clock.now());
      groupOf(visit, body.readings.length, groups).add(visit, body);
    } catch (error) {
      this.#refuse(visit, error);
    }
    return bytes.length;
  }

  /** A long body, by itself: others come in between. */
  async #tellInSlices(visit: LaneVisit, bytes: Uint8Array): Promise<void> {
    const { clock, accept, onAnswered } = this.#parts;
    try {
      const slices = readBodyInSlices(bytes, visit.headers['content-type'], clock.now());
      const by = bringerOf(visit.caller);
      const { body, outcomes } = await toldInSlices(slices, (arrivals) => accept(arrivals, by));
      onAnswered(outcomes);
      visit.answer(answerTo(body, outcomes, visit.id));
    } catch (error) {
      if (!visit.isAnswered) this.#refuse(visit, error);
    }
  }

  async #tell({ arrivals, by, visits, bodies }: Group): Promise<void> {
    try {
      const outcomes = await this.#parts.accept(arrivals, by);
      this.#parts.onAnswered(outcomes);
      let first = 0;
      for (let index = 0; index < visits.length; index++) {
        const body = bodies[index]!;
        visits[index]!.answer(answerTo(body, outcomes, visits[index]!.id, first));
        first += body.readings.length;
      }
    } catch (error) {
      for (const visit of visits) if (!visit.isAnswered) this.#refuse(visit, error);
    }
  }

  #refuse(visit: LaneVisit, error: unknown): void {
    const refusal = this.#parts.filter.refusalOf(error, visit);
    const problem = problemOf(refusal.rejections, { status: refusal.status, instance: visit.id });
    const answer = { status: refusal.status, contentType: PROBLEM_TYPE, text: JSON.stringify(problem) };
    visit.answer(answer, refusal.headers);
  }
}

/** Requests of one caller that are told in one call. */
class Group {
  readonly by: Bringer;
  readonly visits: LaneVisit[] = [];
  readonly bodies: BodyReading[] = [];
  readonly arrivals: Arrival[] = [];

  readonly #isAlone: boolean;

  constructor(caller: Caller, isAlone: boolean) {
    this.#isAlone = isAlone;
    this.by = bringerOf(caller);
  }

  add(visit: LaneVisit, body: BodyReading): void {
    this.visits.push(visit);
    this.bodies.push(body);
    for (const reading of body.readings) this.arrivals.push(toArrival(reading));
  }

  takes(identity: string | undefined): boolean {
    return !this.#isAlone && this.by.identity === identity && this.arrivals.length < TOGETHER_MAX;
  }
}

/** The group that so many messages of the visitor join. */
function groupOf(visit: LaneVisit, messages: number, groups: Group[]): Group {
  const identity = ownerOf(visit.caller);
  const isAlone = messages >= ALONE_MIN;
  const open = isAlone ? undefined : groups.find((group) => group.takes(identity));
  if (open !== undefined) return open;
  const group = new Group(visit.caller, isAlone);
  groups.push(group);
  return group;
}

/** As most send: everything else is the framework's to read or to refuse. */
function isUsual({ method, url, headers }: IncomingMessage): boolean {
  if (method !== LANE_METHOD || url !== LANE_PATH || headers['content-encoding'] !== undefined) return false;
  const length = Number(headers['content-length']);
  return length > 0 && length <= BODY_BYTES_MAX;
}
