import type { SqlValue } from "../../shared/driver.ts";

/** Collects the conditions of a query and numbers their arguments. */
export class Conditions {
  readonly #parts: string[] = [];
  readonly #args: SqlValue[];

  /** Starts with the arguments that other parts of the query use. */
  constructor(args: readonly SqlValue[] = []) {
    this.#args = [...args];
  }

  /** Adds a condition on one argument. */
  add(condition: (argument: string) => string, value: SqlValue): void {
    this.#parts.push(condition(this.#argument(value)));
  }

  /** Adds the condition that a string begins with a prefix. As a range: an index finds it, and it is true to case. */
  addPrefix(column: string, prefix: string): void {
    this.add((from) => `${column} >= ${from}`, prefix);
    this.add((until) => `${column} < ${until}`, `${prefix}\u{10ffff}`);
  }

  /** Adds a condition without arguments. */
  addText(condition: string): void {
    this.#parts.push(condition);
  }

  /** The conditions, as one. */
  get text(): string {
    return this.#parts.length === 0 ? "true" : this.#parts.join(" and ");
  }

  /** The arguments so far. */
  get args(): SqlValue[] {
    return this.#args;
  }

  /** The query for a part of what matches. */
  select(cell: string, from: string, order: string, most?: number): { sql: string; args: SqlValue[] } {
    const where = this.text;
    // SQLite's way to say that there is no limit is a negative one.
    const limit = this.#argument(most ?? -1);
    return {
      sql: `select ${cell} from ${from} where ${where} order by ${order} limit ${limit}`,
      args: this.#args,
    };
  }

  #argument(value: SqlValue): string {
    this.#args.push(value);
    return `?${this.#args.length}`;
  }
}
