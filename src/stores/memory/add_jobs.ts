import { areAllAlike, mayRunAtOnce } from "../../model/alike_jobs.ts";
import {
  claimOrderAt,
  isDue,
  matchesIdentity,
  rateLimit,
  slotsLeft,
  taskLimit,
} from "../../model/decisions.ts";
import type { JobIdentity } from "../../model/identity_options.ts";
import type { JobRecord, NewJob } from "../../model/job_record.ts";
import { missingParent } from "../../model/parents.ts";
import { addedJob, replacedJob } from "../../model/transitions.ts";
import type { AddAnswer, AddClaim } from "../job_store.ts";
import { takeJobs } from "./claim_jobs.ts";
import type { MemoryState } from "./memory_state.ts";
import { settleAdded } from "./settle_children.ts";
import { storedCopy } from "./stored_copy.ts";

/** Adds jobs, and claims those just added where asked to. */
export function addJobs(
  state: MemoryState,
  jobs: readonly NewJob[],
  claim: AddClaim | undefined,
  nowMs: number,
): AddAnswer {
  const stored = jobs.map(storedJob);
  const hasIdentities = jobs.some(({ identity }) => identity !== undefined);
  const claims = claim !== undefined && !hasIdentities &&
    (!claim.inTurn || mayClaimInTurn(state, stored, claim, nowMs));
  const answers = insertAll(state, stored, nowMs);
  const claimed = claims ? takeJobs(state, { ...claim, jobIds: idsOfAdded(answers) }, nowMs).claimed : [];
  return { nowMs, jobs: answers, claimed: [...claimed].sort(claimOrderAt(nowMs)) };
}

/** The jobs that a call has gone through. */
interface Call {
  /** The jobs that stand for those that were not added, by the ids of these. */
  readonly answered: Map<string, number>;
  readonly undo: (() => void)[];
}

/** Inserts jobs one after the other, all or none: to each, those before it are there and settled. */
function insertAll(state: MemoryState, jobs: readonly NewJob[], nowMs: number): AddAnswer["jobs"] {
  const call: Call = { answered: new Map(), undo: [] };
  const { last } = state.changes;
  try {
    return jobs.map((job) => insertOnce(state, job, nowMs, call));
  } catch (error) {
    for (const step of call.undo.reverse()) step();
    state.changes.forgetAfter(last);
    throw error;
  }
}

/** True if these jobs, which are not there yet, overtake no other job. */
function mayClaimInTurn(
  state: MemoryState,
  jobs: readonly NewJob[],
  claim: AddClaim,
  nowMs: number,
): boolean {
  return claim.limit >= jobs.length && areAllAlike(jobs) && mayRunAtOnce(jobs[0]!, claim.tasks) &&
    hasRoomAndNobodyWaits(state, jobs[0]!.taskName, jobs.length, nowMs);
}

function hasRoomAndNobodyWaits(
  state: MemoryState,
  taskName: string,
  count: number,
  nowMs: number,
): boolean {
  const task = state.tasks.get(taskName);
  if (task === undefined || task.paused || rateLimit(task) !== null) return false;
  const jobs = state.jobs.ofTask(taskName);
  const next = jobs?.scheduled.first();
  return slotsLeft(taskLimit(task), jobs?.running ?? 0) >= count &&
    (jobs?.ready.isEmpty ?? true) && (next === undefined || !isDue(next.runAtMs, nowMs));
}

function idsOfAdded(answers: AddAnswer["jobs"]): readonly string[] {
  return answers.filter(({ outcome }) => outcome === "added").map(({ id }) => id);
}

/** Inserts a job, unless its id is there already or another job stands for it. */
function insertOnce(
  state: MemoryState,
  job: NewJob,
  nowMs: number,
  { answered, undo }: Call,
): AddAnswer["jobs"][number] {
  const idIsFree = state.jobs.byId(job.id) === undefined;
  const same = idIsFree && job.identity && identical(state, job, job.identity, nowMs);
  if (same) answered.set(job.id, same.seq);
  if (same && job.identity?.replace) {
    undo.push(() => state.jobs.put(same));
    state.jobs.put(replacedJob(same, job, job.identity.replace.maxWaitMs, nowMs));
    return { id: same.id, seq: same.seq, outcome: "replaced" };
  }
  if (same) return { id: same.id, seq: same.seq, outcome: "deduplicated" };
  const answer = insertJob(state, job, nowMs);
  if (answer.outcome !== "added") return answer;
  const added = () => state.jobs.get(answer.seq)!;
  undo.push(() => state.deleteJob(added()));
  if (job.parents) {
    // Two ids may stand for one job, which is one parent.
    state.parents.set(added(), [...new Set(job.parents.ids.map((id) => parentSeq(state, id, answered)))]);
    settleAdded(state, [added()], nowMs);
  }
  return answer;
}

function parentSeq(state: MemoryState, id: string, answered: Call["answered"]): number {
  const seq = state.jobs.byId(id)?.seq ?? answered.get(id);
  if (seq === undefined) throw missingParent(id);
  return seq;
}

/** A job as the store keeps it. Throws where it cannot be kept, so that this comes before any write. */
export function storedJob(job: NewJob): NewJob {
  return {
    ...job,
    tags: storedCopy(job.tags),
    overrides: storedCopy(job.overrides),
    metadata: storedCopy(job.metadata),
  };
}

/** Inserts a job that was made ready by `storedJob`, unless its id is there already. */
export function insertJob(state: MemoryState, job: NewJob, nowMs: number): AddAnswer["jobs"][number] {
  const { id } = job;
  const there = state.jobs.byId(id);
  if (there !== undefined) return { id, seq: there.seq, outcome: "deduplicated" };
  const { seq } = state.jobs.put(addedJob(job, state.jobs.nextSeq(), nowMs));
  return { id, seq, outcome: "added" };
}

/** The newest job that stands for a new one. */
function identical(
  state: MemoryState,
  { taskName }: NewJob,
  identity: JobIdentity,
  nowMs: number,
): JobRecord | undefined {
  return [...state.jobs.ofIdentity(taskName, identity.key)]
    .filter((job) => matchesIdentity(job, identity, nowMs))
    .at(-1);
}
