import { inParts } from "../../../model/payload.ts";
import { mayRunAtOnce } from "../../../model/alike_jobs.ts";
import { claimOrderAt } from "../../../model/decisions.ts";
import type { NewJob } from "../../../model/job_record.ts";
import type { AddAnswer, AddClaim, ClaimRequest, JobStore } from "../../job_store.ts";
import type { Dialect } from "../schema/dialect.ts";
import type { StatementResult, Step } from "../../shared/driver.ts";
import type { BulkOperation } from "../../shared/group_commit.ts";
import { LIST_LENGTH_MAX, listText } from "../rows/list_text.ts";
import { newJobGroups } from "../rows/job_columns.ts";
import type { SqliteSession } from "../session/session.ts";
import { type Added, canInsertUniform, insertUniform } from "./insert_uniform.ts";
import { insertUnique } from "./insert_unique.ts";
import { addParents, insertJobsSql, tellMissingParent } from "./insert_jobs.ts";
import { claimAdded, claimedJobs } from "./claim_jobs.ts";

/** Adding jobs. */
export function addJobs(session: SqliteSession): Pick<JobStore, "addJobs"> {
  const { dialect } = session;
  const addAndClaim = addAndClaimStep(dialect, addStep(dialect));
  const addOneByOne = insertUnique(session);
  const general = addOperation(session);
  const uniform = insertUniform(dialect);
  const bulk: BulkOperation<NewJob, Added> = {
    step: (jobs) => canInsertUniform(jobs) ? uniform.step(jobs, session.nowArgument()) : general.step(jobs),
    answers: (jobs, results) => (canInsertUniform(jobs) ? uniform : general).answers(jobs, results),
  };
  return {
    async addJobs(jobs, claim) {
      const now = session.nowArgument();
      if (jobs.length === 0) return { nowMs: await storeTime(session), jobs: [], claimed: [] };
      if (jobs.some(({ identity }) => identity !== undefined)) return await addOneByOne(jobs);
      const rows = jobs.length;
      const hasParents = jobs.some(({ parents }) => parents !== undefined);
      if (claim?.inTurn && mayClaimInTurn(jobs, claim)) {
        const results = await session.write(uniform.step(jobs, now, claim), { rows });
        return answerOf(uniform.answers(jobs, results, claim));
      }
      const claims = claim !== undefined && !claim.inTurn;
      if (!claims && !hasParents) return answerOf(await session.writeBulk(bulk, jobs));
      const request = claims ? claim : undefined;
      const step = addAndClaim(jobs, request, now);
      const [, ...results] = await tellMissingParent(session, jobs, () => session.write(step, { rows }));
      return {
        ...answerOf(addedAnswers(jobs, results)),
        claimed: request ? claimedJobs(results.at(-2)!) : [],
      };
    },
  };
}

function mayClaimInTurn(jobs: readonly NewJob[], { limit, tasks }: AddClaim): boolean {
  return limit >= jobs.length && canInsertUniform(jobs) && mayRunAtOnce(jobs[0]!, tasks);
}

/** Adds jobs that have no identity, whatever else they are. */
export function addOperation(session: SqliteSession): BulkOperation<NewJob, Added> {
  const add = addStep(session.dialect);
  return { step: (jobs) => add(jobs, session.nowArgument()), answers: addedAnswers };
}

function answerOf(added: readonly Added[]): AddAnswer {
  const claimed = added.flatMap(({ claimed }) => claimed ?? []);
  const { nowMs } = added[0]!;
  return { nowMs, jobs: added.map(({ job }) => job), claimed: claimed.sort(claimOrderAt(nowMs)) };
}

async function storeTime(session: SqliteSession): Promise<number> {
  const [time] = await session.read([{
    sql: `select ${session.dialect.now("?1")}`,
    args: [session.nowArgument()],
  }]);
  return time!.cells[0] as number;
}

type AddStep = ReturnType<typeof addStep>;

/** Jobs that were there before are picked, so that their parents stay theirs and the claim passes them over. */
function addAndClaimStep(dialect: Dialect, add: AddStep) {
  const { jobs: table, picked } = dialect.tables;
  const claim = claimAdded(dialect);
  const tie = addParents(dialect);
  const pick = `insert into ${picked}(seq) select distinct j.seq from json_each(?1) e
    cross join ${table} j on j.id = e.value`;
  return (jobs: readonly NewJob[], request: ClaimRequest | undefined, now: number | null): Step => {
    const ids = listText(jobs.map(({ id }) => id));
    return [
      { sql: pick, args: [ids] },
      ...add(jobs, now),
      ...tie(jobs, now),
      ...(request ? [claim(request, ids, now)] : []),
      { sql: `delete from ${picked}`, args: [] },
    ];
  };
}

function addStep(dialect: Dialect): (jobs: readonly NewJob[], now: number | null) => Step {
  const { jobs: table } = dialect.tables;
  // Identities only grow: what is above the last one before was added here.
  const last = `select coalesce(max(seq), 0) from ${table}`;
  const insert = insertJobsSql(dialect, "json_each(?1) b", "?2");
  const found = `select json_array(${dialect.now("?2")}, json((
    select json_group_array(j.seq) from json_each(?1) e cross join ${table} j on j.id = e.value)))`;
  return (jobs, now) => [
    { sql: last, args: [] },
    ...inputParts(jobs).map((part) => ({ sql: insert, args: [listText(newJobGroups(part)), now] })),
    { sql: found, args: [listText(jobs.map(({ id }) => id)), now] },
  ];
}

/** Jobs whose inputs fit one list. */
function inputParts(jobs: readonly NewJob[]): readonly (readonly NewJob[])[] {
  return inParts(jobs, ({ input }) => input?.length ?? 0, LIST_LENGTH_MAX);
}

function addedAnswers(jobs: readonly NewJob[], results: readonly StatementResult[]): readonly Added[] {
  const last = results[0]!.cells[0] as number;
  const [nowMs, seqs] = JSON.parse(results[1 + inputParts(jobs).length]!.cells[0] as string) as readonly [
    number,
    readonly number[],
  ];
  const seen = new Set<number>();
  return jobs.map(({ id }, index) => {
    const seq = seqs[index]!;
    const outcome = seq > last && !seen.has(seq) ? "added" : "deduplicated";
    seen.add(seq);
    return { nowMs, job: { id, seq, outcome } };
  });
}
