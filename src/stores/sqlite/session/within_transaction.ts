import { CarillonError, messageOf } from "../../../errors.ts";
import type { NewJob } from "../../../model/job_record.ts";
import type { TransactionStore } from "../../job_store.ts";
import type { Statement, StatementResult, Step } from "../../shared/driver.ts";
import { guard, GuardFailure, type SqliteSession } from "./session.ts";
import { insertUnique } from "../jobs/insert_unique.ts";
import { addOperation } from "../jobs/add_jobs.ts";
import { endOperation } from "../jobs/end_jobs.ts";

/** A transaction that the caller of a store began, and ends. */
export interface CallerTransaction {
  /** It only collects statements: they are run later, by the caller. */
  readonly collects: boolean;
  /** Runs statements in it, one after the other, and returns their results; where it collects, nothing. */
  run(step: Step): Promise<readonly StatementResult[]>;
  /** True if it may still be committed. `probe` returns a row where it was not rolled back. */
  pending(probe: Statement): boolean;
}

/** The needs of writing in callers' transactions. */
export interface WithinOptions {
  readonly session: SqliteSession;
  /** The statement that reports a commit to others, where the database does not. */
  readonly count: Statement | undefined;
  /** The location of the store, for people. */
  readonly location: string;
}

/** The operations that can run within a transaction of the caller's. */
export function withinTransaction(options: WithinOptions): (caller: CallerTransaction) => TransactionStore {
  const { session } = options;
  const { jobs: table, facts } = session.dialect.tables;
  const add = addOperation(session);
  const end = endOperation(session);
  const probe = `select 1 from ${table} where id = ?1`;
  const runs = `exists (select 1 from ${table} where seq = ?1 and owner = ?2 and claim_number = ?3
    and state = 'running')`;
  let databaseId: Promise<string> | undefined;
  const readId = () =>
    databaseId ??= session.read([{ sql: `select value from ${facts} where key = 'databaseId'`, args: [] }])
      .then(([id]) => id!.cells[0] as string)
      .catch((error) => {
        databaseId = undefined;
        throw error;
      });
  return (caller) => {
    const run = async (step: Step) => await runWithin(caller, step, options, await readId());
    return {
      async addJobs(jobs) {
        const answers = await added(jobs);
        return { jobs: answers, pending: () => caller.pending({ sql: probe, args: [answers[0]!.id] }) };
      },
      async endJob(ending) {
        const { seq, incarnation, claimNumber } = ending.fence;
        const args = [seq, incarnation, claimNumber];
        const first = caller.collects ? guard(session.dialect, runs, args) : { sql: `select ${runs}`, args };
        const [held] = await run([first, ...end.step([ending])]);
        return caller.collects || held!.cells[0] === 1;
      },
    };

    async function added(jobs: readonly NewJob[]) {
      const within: SqliteSession = { ...session, write: run };
      if (jobs.some(({ identity }) => identity !== undefined)) {
        if (caller.collects) throw unknownAnswer();
        return (await insertUnique(within)(jobs)).jobs;
      }
      const results = await run(add.step(jobs));
      if (caller.collects) return jobs.map(({ id }) => ({ id, seq: 0, outcome: "added" as const }));
      return add.answers(jobs, results).map(({ job }) => job);
    }
  };
}

/** Runs a step with what makes sure that it is this database, and with what reports it to others. */
async function runWithin(
  caller: CallerTransaction,
  step: Step,
  { session: { dialect }, count, location }: WithinOptions,
  databaseId: string,
): Promise<readonly StatementResult[]> {
  const { facts } = dialect.tables;
  const isThisOne = `exists (select 1 from ${facts} where key = 'databaseId' and value = ?1)`;
  const first = guard(dialect, isThisOne, [databaseId]);
  try {
    return (await caller.run([first, ...step, ...(count ? [count] : [])])).slice(1);
  } catch (error) {
    const isAnother = error instanceof GuardFailure || /no such table/.test(messageOf(error));
    throw isAnother ? anotherDatabase(location, error) : error;
  }
}

function anotherDatabase(location: string, cause: unknown): CarillonError {
  return new CarillonError(
    "invalidOption",
    `The transaction is one of another database than the store ${location}: what is written in it must be committed ` +
      "with the store's own rows",
    { details: { option: "transaction", location }, cause },
  );
}

function unknownAnswer(): CarillonError {
  return new CarillonError(
    "invalidOption",
    "A list of statements cannot take jobs with 'idempotencyKey', 'unique' or 'debounce': which job stands for them is " +
      "known only when they run; give the job an 'id', or a transaction that is open",
    { details: { option: "transaction" } },
  );
}
