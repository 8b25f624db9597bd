import { boundValue } from "../native/native_binding.ts";
import { CarillonError, messageOf } from "../../../errors.ts";
import type {
  SqlDriver,
  SqlValue,
  Statement,
  StatementResult,
  Step,
  StepResult,
} from "../../shared/driver.ts";
import { sleep } from "../../../time/clock.ts";
import { systemClock } from "../../../time/system_clock.ts";
import { clientMeaning, guiltyStatement, isOneStatementsFault, kindOfFailure } from "./client_errors.ts";
import type { ClientResult, ClientStatement, LibsqlClient } from "./libsql_client.ts";

/** The time that a call may take before its outcome counts as unknown. */
const CALL_MS_MAX = 10_000;
/** For how long a call is tried again: while another transaction is in the way, and while the server is out of reach. */
const REPEAT_MS = { notApplied: 30_000, unknown: 2000 } as const;
/** The time between tries. */
const RETRY_MS = { first: 5, max: 250 } as const;

/** Options of {@linkcode ClientDriver}. */
export interface ClientConnection {
  /** The client; asked for at every call, so that it may be made at the first one. */
  client(): Promise<LibsqlClient>;
  /** Aborts what is on its way and makes the connections anew. */
  renew(): Promise<void>;
  /** Lets go of what was made here. */
  close(): void;
  /** Its location, for people. */
  readonly location: string;
}

/** Options of {@linkcode ClientDriver}. */
export interface ClientDriverOptions {
  /** The time limit of a call. @default 10000 */
  readonly callMs?: number | undefined;
  /** For how long a server that is out of reach is tried again before the call fails. @default 2000 */
  readonly repeatMs?: number | undefined;
}

/**
 * Runs steps through a client of `@libsql/client`: one call is one batch is one round trip. A batch has no
 * savepoints, so a step that fails is found by the number of its statement, left out, and the rest is sent again.
 */
export class ClientDriver implements SqlDriver {
  readonly #connection: ClientConnection;
  readonly #callMs: number;
  readonly #repeatMs: { readonly notApplied: number; readonly unknown: number };
  readonly #closing = new AbortController();

  /** Uses a connection, which it closes in the end. */
  constructor(connection: ClientConnection, options: ClientDriverOptions = {}) {
    this.#connection = connection;
    this.#callMs = options.callMs ?? CALL_MS_MAX;
    this.#repeatMs = { ...REPEAT_MS, unknown: options.repeatMs ?? REPEAT_MS.unknown };
  }

  /** Runs steps in one transaction; those that cannot be are left out of it. */
  async write(steps: readonly Step[]): Promise<readonly StepResult[]> {
    const results = new Map<Step, StepResult>();
    let left = steps;
    while (left.length > 0) {
      try {
        const answers = await this.#batch(left.flat(), "write");
        let from = 0;
        for (const step of left) results.set(step, { results: answers.slice(from, from += step.length) });
        break;
      } catch (error) {
        const guilty = isOneStatementsFault(error) ? guiltyStep(left, error) : undefined;
        if (guilty === undefined && left.length > 1 && isOneStatementsFault(error)) {
          // The failing step is not known: each by itself.
          for (const step of left) results.set(step, (await this.write([step]))[0]!);
          break;
        }
        if (guilty === undefined) throw this.#meaningOf(error);
        results.set(guilty, { error: this.#meaningOf(error) });
        left = left.filter((step) => step !== guilty);
      }
    }
    return steps.map((step) => results.get(step)!);
  }

  /** Runs statements on one state of the database. */
  async read(step: Step): Promise<readonly StatementResult[]> {
    try {
      return await this.#batch(step, "read");
    } catch (error) {
      throw this.#meaningOf(error);
    }
  }

  /** Closes the connection, unless the caller made it. What is under way is tried no more: `storeClosed`. */
  close(): void {
    this.#closing.abort();
    this.#connection.close();
  }

  /** Sends a batch until its outcome is certain, or for as long as that makes sense. */
  async #batch(
    statements: readonly Statement[],
    mode: "write" | "read",
  ): Promise<readonly StatementResult[]> {
    const bound = statements.map(({ sql, args }) => ({ sql, args: args.map(boundValue) }));
    const startMs = systemClock.monotonicMs();
    for (let waitMs: number = RETRY_MS.first;; waitMs = Math.min(waitMs * 2, RETRY_MS.max)) {
      try {
        return (await this.#call(bound, mode)).map(resultOf);
      } catch (error) {
        const kind = kindOfFailure(error);
        if (kind === "definite") throw error;
        this.#checkOpen(error);
        await this.#mend(error);
        if (systemClock.monotonicMs() - startMs >= this.#repeatMs[kind]) throw error;
        await sleep(systemClock, waitMs * (0.5 + Math.random()), this.#closing.signal);
        this.#checkOpen(error);
      }
    }
  }

  async #call(statements: ClientStatement[], mode: "write" | "read"): Promise<readonly ClientResult[]> {
    const client = await this.#connection.client();
    let tooLate!: (error: unknown) => void;
    const timedOut = new Promise<never>((_, reject) => tooLate = reject);
    const timer = systemClock.setTimer(() => {
      tooLate(this.#noAnswer());
      void this.#connection.renew().catch(() => {});
    }, this.#callMs);
    try {
      return await Promise.race([client.batch(statements, mode), timedOut]);
    } finally {
      timer.cancel();
    }
  }

  /**
   * In its file mode the client never resets a statement that failed on a lock: later commits fail, and later writes
   * are lost without an error. Only new connections help.
   */
  async #mend(error: unknown): Promise<void> {
    const { protocol } = await this.#connection.client();
    if (protocol === "file" && kindOfFailure(error) === "notApplied") await this.#connection.renew();
  }

  /** Another try would connect anew, which would never be closed. */
  #checkOpen(cause: unknown): void {
    if (!this.#closing.signal.aborted) return;
    const { location } = this.#connection;
    throw new CarillonError(
      "storeClosed",
      `The store ${location} was closed before it could answer: ${messageOf(cause)}`,
      { details: { location }, cause },
    );
  }

  #noAnswer(): CarillonError {
    const { location } = this.#connection;
    return new CarillonError(
      "storeUnavailable",
      `Cannot use the store ${location}: it did not answer within ${this.#callMs} ms`,
      { details: { location }, retryable: true },
    );
  }

  #meaningOf(error: unknown): Error {
    return clientMeaning(error, this.#connection.location);
  }
}

/** The step that the failed statement belongs to. */
function guiltyStep(steps: readonly Step[], error: unknown): Step | undefined {
  const index = guiltyStatement(error);
  if (index === undefined) return steps.length === 1 ? steps[0] : undefined;
  let end = 0;
  return steps.find((step) => (end += step.length) > index);
}

function resultOf({ rows, rowsAffected }: ClientResult): StatementResult {
  return { cells: rows.map((row) => (row[0] ?? null) as SqlValue), changes: rowsAffected };
}
