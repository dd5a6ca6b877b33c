import type { Place } from '../src/place.ts';

/** One change that is to be told, in the order in which changes were read. */
export interface Step {
  readonly place: Place;
  isDone: boolean;
}

/** Computes the place up to which everything is told, or recorded as refused: from there a restart goes on. */
export class Progress {
  #open: Step[] = [];
  #firstOpen = 0;
  #through: Place;
  /** How far the reader has come. */
  #reached: Place;

  constructor(from: Place) {
    this.#through = from;
    this.#reached = from;
  }

  get through(): Place {
    return this.#firstOpen === this.#open.length ? this.#reached : this.#through;
  }

  /** Call it before `reach` says that the reader has passed the change. */
  begin(place: Place): Step {
    if (this.#firstOpen === this.#open.length) this.#through = this.#reached;
    const step = { place, isDone: false };
    this.#open.push(step);
    return step;
  }

  /** The reader has handed out everything up to here. */
  reach(place: Place): void {
    this.#reached = place;
  }

  finish(steps: readonly Step[]): void {
    for (const step of steps) step.isDone = true;
    while (this.#open[this.#firstOpen]?.isDone === true) {
      this.#through = this.#open[this.#firstOpen]!.place;
      this.#firstOpen++;
    }
    if (this.#firstOpen > this.#open.length / 2) {
      this.#open = this.#open.slice(this.#firstOpen);
      this.#firstOpen = 0;
    }
  }
}
