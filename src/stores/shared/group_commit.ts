import { CarillonError } from "../../errors.ts";
import { nextTurn } from "../../time/clock.ts";
import { CommitPace } from "./commit_pace.ts";
import type { SqlDriver, StatementResult, Step } from "./driver.ts";

/** Rows that may wait, in whatever number of calls; each is some hundred bytes. */
const WAITING_ROWS_MAX = 1_000_000;
/** Rows whose callers get their results in one turn of the event loop: what they do next takes longer than the writing. */
const ROWS_PER_TURN = 250;

/** An operation on many items whose concurrent calls run as one set of statements. */
export interface BulkOperation<Item, Answer> {
  /** The statements for these items, which may come from several calls. */
  step(items: readonly Item[]): Step;
  /** The results, item by item. */
  answers(items: readonly Item[], results: readonly StatementResult[]): readonly Answer[];
}

/** The options of a commit. */
export interface CommitOptions {
  /** About how many rows it touches, which bounds what shares a transaction with it. @default 1 */
  readonly rows?: number;
  /** Goes before everything that waits: a lease depends on it. @default false */
  readonly urgent?: boolean;
}

/** The part of a driver that writes. */
export type CommitDriver = Pick<SqlDriver, "write" | "heldUpMs" | "upkeep">;

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
  readonly #driver: CommitDriver;
  readonly #pace: CommitPace;
  /** Calls that go first. */
  #urgent: Call[] = [];
  #waiting: Call[] = [];
  #waitingRows = 0;
  #busy = false;
  #whenIdle: (() => void)[] = [];

  /** Writes by this driver, one call at a time. */
  constructor(driver: CommitDriver) {
    this.#driver = driver;
    this.#pace = new CommitPace(driver.heldUpMs === undefined);
  }

  /** Runs one step; resolves after the commit. */
  run(step: Step, { rows = 1, urgent = false }: CommitOptions = {}): Promise<readonly StatementResult[]> {
    return this.#enqueue({ rows, bulk: undefined, items: [], step }, urgent);
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

  #enqueue<T>(call: Omit<Call, "resolve" | "reject">, urgent = false): Promise<T> {
    const { rows } = call;
    if (!urgent && this.#waitingRows > 0 && this.#waitingRows + rows > WAITING_ROWS_MAX) {
      return Promise.reject(tooManyWaiting(this.#waitingRows));
    }
    return new Promise((resolve, reject) => {
      const asked = { ...call, resolve: resolve as (answer: unknown) => void, reject };
      (urgent ? this.#urgent : this.#waiting).push(asked);
      this.#waitingRows += rows;
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#busy) return;
    if (this.#waiting.length + this.#urgent.length === 0) {
      for (const resolve of this.#whenIdle.splice(0)) resolve();
      return;
    }
    this.#busy = true;
    nextTurn(() => void this.#flush());
  }

  async #flush(): Promise<void> {
    const calls = this.#take();
    const units = unitsOf(calls);
    try {
      if (units.length > 0) await this.#write(units, rowsOf(calls));
      await this.#driver.upkeep?.()?.();
    } catch (error) {
      for (const unit of units) for (const call of unit.calls) call.reject(error);
    }
    this.#busy = false;
    this.#schedule();
  }

  #take(): readonly Call[] {
    const max = this.#pace.rowsMax;
    const urgent = this.#urgent.splice(0);
    let rows = rowsOf(urgent);
    let count = 0;
    for (const call of this.#waiting) {
      if (count + urgent.length > 0 && rows + call.rows > max) break;
      rows += call.rows;
      count++;
    }
    this.#waitingRows -= rows;
    return [...urgent, ...this.#waiting.splice(0, count)];
  }

  async #write(units: readonly Unit[], rows: number): Promise<void> {
    const results = await this.#driver.write(units.map((unit) => unit.step));
    // What a step says of its rows is a guess: a claim asks for more than it gets.
    if (units.every(({ calls }) => calls[0]!.bulk)) this.#pace.wrote(rows, this.#driver.heldUpMs?.() ?? 0);
    const apart: Call[] = [];
    let answered = 0;
    for (const [index, unit] of units.entries()) {
      const result = results[index]!;
      if ("error" in result) {
        if (unit.calls.length === 1) unit.calls[0]!.reject(result.error);
        else for (const call of unit.calls) apart.push(alone(call));
        continue;
      }
      for (const [call, answer] of answersOf(unit, result.results)) {
        if (answered > 0 && answered + call.rows > ROWS_PER_TURN) {
          await new Promise<void>((resolve) => nextTurn(resolve));
          answered = 0;
        }
        answered += call.rows;
        answer();
      }
    }
    // One of them has failed: each runs again by itself, so that only that one fails.
    if (apart.length > 0) this.#waiting = apart.concat(this.#waiting);
    this.#waitingRows += rowsOf(apart);
  }
}

function rowsOf(calls: readonly Call[]): number {
  return calls.reduce((sum, { rows }) => sum + rows, 0);
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

/** The call's own statements, with the results taken through its operation. */
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

/** Returns the calls of a unit that was written, each with the function that resolves it. */
function answersOf(
  { calls, items }: Unit,
  results: readonly StatementResult[],
): readonly [Call, () => void][] {
  const { bulk, resolve } = calls[0]!;
  if (!bulk) return [[calls[0]!, () => resolve(results)]];
  try {
    const answers = bulk.answers(items, results);
    let from = 0;
    return calls.map((call) => {
      const own = calls.length === 1 ? answers : answers.slice(from, from += call.items.length);
      return [call, () => call.resolve(own)];
    });
  } catch (error) {
    return calls.map((call) => [call, () => call.reject(error)]);
  }
}

function tooManyWaiting(waiting: number): CarillonError {
  return new CarillonError(
    "storeBusy",
    `Cannot take another write: ${waiting} rows are waiting already, and ${WAITING_ROWS_MAX} may; await some before adding more`,
    { details: { waiting }, retryable: true },
  );
}
