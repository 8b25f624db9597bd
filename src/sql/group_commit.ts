import { CarillonError } from "../errors.ts";
import { nextTurn } from "../time/turn.ts";
import type { SqlDriver, StatementResult, Step, StepResult } from "./driver.ts";

/** Rows that one transaction takes: with 1,000 it held the event loop up for 30 ms, with 500 for less than 20. */
const ROWS_PER_COMMIT_MAX = 500;
/** Calls that may wait; each is some hundred bytes. */
const WAITING_MAX = 1_000_000;

/** An operation on many items whose concurrent calls run as one set of statements. */
export interface BulkOperation<Item, Answer> {
  /** The statements for these items, which may come from several calls. */
  step(items: readonly Item[]): Step;
  /** The answers, item by item. */
  answers(items: readonly Item[], results: readonly StatementResult[]): readonly Answer[];
}

interface Call {
  readonly rows: number;
  /** Calls of one bulk operation run together; undefined runs alone. */
  readonly bulk: BulkOperation<unknown, unknown> | undefined;
  readonly items: readonly unknown[];
  readonly step: Step | undefined;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Unit {
  readonly calls: Call[];
  readonly items: readonly unknown[];
  readonly step: Step;
}

/**
 * Lets concurrent writes of one process share a transaction: while one is on its way, calls are collected, and an
 * idle one starts in the next turn of the event loop, with everything that was asked until then. Calls whose
 * promises are pending at the same time have no order among themselves. A call that fails does so alone.
 */
export class GroupCommit {
  readonly #write: SqlDriver["write"];
  #waiting: Call[] = [];
  #busy = false;
  #whenIdle: (() => void)[] = [];

  /** Writes through `write`, one call at a time. */
  constructor(write: SqlDriver["write"]) {
    this.#write = write;
  }

  /** Runs one step; resolves after the commit. */
  run(step: Step): Promise<readonly StatementResult[]> {
    return this.#enqueue({ rows: 1, bulk: undefined, items: [], step });
  }

  /** Runs a bulk operation on some items, together with other calls of the same one. */
  runBulk<Item, Answer>(
    bulk: BulkOperation<Item, Answer>,
    items: readonly Item[],
  ): Promise<readonly Answer[]> {
    const erased = bulk as unknown as BulkOperation<unknown, unknown>;
    return this.#enqueue({ rows: items.length, bulk: erased, items, step: undefined });
  }

  /** Resolves when nothing is waiting or on its way. */
  idle(): Promise<void> {
    if (!this.#busy) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  #enqueue<T>(call: Omit<Call, "resolve" | "reject">): Promise<T> {
    if (this.#waiting.length >= WAITING_MAX) return Promise.reject(tooManyWaiting());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...call, resolve: resolve as (answer: unknown) => void, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#busy) return;
    if (this.#waiting.length === 0) {
      for (const resolve of this.#whenIdle.splice(0)) resolve();
      return;
    }
    this.#busy = true;
    nextTurn(() => void this.#flush());
  }

  async #flush(): Promise<void> {
    const units = unitsOf(this.#take());
    try {
      if (units.length > 0) this.#settle(units, await this.#write(units.map((unit) => unit.step)));
    } catch (error) {
      for (const unit of units) for (const call of unit.calls) call.reject(error);
    }
    this.#busy = false;
    this.#schedule();
  }

  #take(): readonly Call[] {
    let rows = 0;
    let count = 0;
    for (const call of this.#waiting) {
      if (count > 0 && rows + call.rows > ROWS_PER_COMMIT_MAX) break;
      rows += call.rows;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  #settle(units: readonly Unit[], results: readonly StepResult[]): void {
    const apart: Call[] = [];
    for (const [index, unit] of units.entries()) {
      const result = results[index]!;
      if ("results" in result) answerUnit(unit, result.results);
      else if (unit.calls.length === 1) unit.calls[0]!.reject(result.error);
      else apart.push(...unit.calls.map(alone));
    }
    // One of them is guilty: each runs again by itself, so that only that one fails.
    this.#waiting.unshift(...apart);
  }
}

/** Gathers the calls of each bulk operation into one unit. */
function unitsOf(calls: readonly Call[]): Unit[] {
  const groups: Call[][] = [];
  const byBulk = new Map<unknown, Call[]>();
  for (const call of calls) {
    const known = call.bulk && byBulk.get(call.bulk);
    if (known) {
      known.push(call);
      continue;
    }
    const group = [call];
    groups.push(group);
    if (call.bulk) byBulk.set(call.bulk, group);
  }
  return groups.flatMap(unitOf);
}

function unitOf(calls: Call[]): Unit[] {
  const { bulk, step } = calls[0]!;
  const items = calls.length === 1 ? calls[0]!.items : calls.flatMap((call) => call.items);
  try {
    return [{ calls, items, step: step ?? bulk!.step(items) }];
  } catch (error) {
    if (calls.length > 1) return calls.flatMap((call) => unitOf([call]));
    calls[0]!.reject(error);
    return [];
  }
}

function alone(call: Call): Call {
  return { ...call, bulk: undefined, ...separate(call) };
}

/** The call's own statements, with the answers taken through its operation. */
function separate({ bulk, items, step, resolve, reject }: Call): Pick<Call, "step" | "resolve"> {
  if (!bulk) return { step, resolve };
  return {
    step: bulk.step(items),
    resolve: (results) => {
      try {
        resolve(bulk.answers(items, results as readonly StatementResult[]));
      } catch (error) {
        reject(error);
      }
    },
  };
}

function answerUnit({ calls, items }: Unit, results: readonly StatementResult[]): void {
  const { bulk } = calls[0]!;
  if (!bulk) return calls[0]!.resolve(results);
  try {
    const answers = bulk.answers(items, results);
    let from = 0;
    for (const call of calls) {
      call.resolve(calls.length === 1 ? answers : answers.slice(from, from + call.items.length));
      from += call.items.length;
    }
  } catch (error) {
    for (const call of calls) call.reject(error);
  }
}

function tooManyWaiting(): CarillonError {
  return new CarillonError(
    "storeBusy",
    `Cannot take another write: ${WAITING_MAX} are waiting already; await some before adding more`,
    { details: { waiting: WAITING_MAX }, retryable: true },
  );
}
