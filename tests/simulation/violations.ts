/** The first violation, if any. */
export class Violations {
  first: string | undefined;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Notes what must never happen; only the first one counts, the rest follows from it. */
  add(what: string): undefined {
    this.first ??= `at ${(this.#nowMs() / 1000).toFixed(3)} s: ${what}`;
  }

  /** Notes it unless it holds. */
  unless(holds: boolean, what: () => string): undefined {
    if (!holds) this.add(what());
  }
}
