import type { Dialect } from "../schema/dialect.ts";
import type { SqlDriver, SqlValue, Statement, StatementResult, Step } from "../../shared/driver.ts";
import type { BulkOperation } from "../../shared/group_commit.ts";

/**
 * Counts the commits that may make work for others, in a row of their own, for databases that do not report who else
 * has committed. Counting rides along in the step that is counted: no round trip of its own.
 */
export class ChangeCount {
  readonly #count: Statement;
  readonly #read: Statement;
  readonly #onOwn: (count: number) => void;
  readonly #counted = new WeakMap<object, object>();

  /** Calls `onOwn` with the count after each commit of this process. */
  constructor({ tables: { meta } }: Dialect, onOwn: (count: number) => void) {
    this.#count = {
      sql: `insert into ${meta}(key, value) values ('changes', 1)
        on conflict(key) do update set value = value + 1 returning value`,
      args: [],
    };
    this.#read = { sql: `select coalesce((select value from ${meta} where key = 'changes'), 0)`, args: [] };
    this.#onOwn = onOwn;
  }

  /** The count now. */
  async current(driver: SqlDriver): Promise<SqlValue> {
    const [count] = await driver.read([this.#read]);
    return count!.cells[0] ?? null;
  }

  /** The counting alone, which returns nothing: for a step of somebody else's, whose commit is news to everybody. */
  get alone(): Statement {
    return { ...this.#count, sql: this.#count.sql.replace(/ returning value$/, "") };
  }

  /** The step with the counting in it. */
  step(step: Step): Step {
    return [...step, this.#count];
  }

  /** The results of a counted step, without the count. */
  results(results: readonly StatementResult[]): readonly StatementResult[] {
    this.#onOwn(Number(results.at(-1)!.cells[0]));
    return results.slice(0, -1);
  }

  /** The operation with the counting in it; the same one each time, so that its calls still run together. */
  bulk<Item, Answer>(operation: BulkOperation<Item, Answer>): BulkOperation<Item, Answer> {
    const known = this.#counted.get(operation) as BulkOperation<Item, Answer> | undefined;
    if (known) return known;
    const counted: BulkOperation<Item, Answer> = {
      step: (items) => this.step(operation.step(items)),
      answers: (items, results) => operation.answers(items, this.results(results)),
    };
    this.#counted.set(operation, counted);
    return counted;
  }
}
