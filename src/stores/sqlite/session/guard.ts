import type { Dialect } from "../schema/dialect.ts";
import type { SqlValue, Statement } from "../../shared/driver.ts";

/** The constraint by whose name drivers tell a guard that did not hold from any other failure. */
export const guardConstraint = "guard_must_hold";

/** A step was undone because what it relies on no longer holds. Never leaves the store. */
export class GuardFailure extends Error {
  /** Makes the failure. */
  constructor() {
    super("What the step relies on no longer holds");
    this.name = "GuardFailure";
  }
}

/** A statement that undoes its whole step unless the condition holds; it writes nothing when it does. */
export function guard(dialect: Dialect, condition: string, args: readonly SqlValue[]): Statement {
  return { sql: `insert into ${dialect.tables.guard}(ok) select 0 where not (${condition})`, args };
}
