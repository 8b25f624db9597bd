import {
  coversTags,
  displayState,
  type JobStanding,
  leaseIsOver,
  runsVersion,
} from "../../model/decisions.ts";
import { type JobRecord, withoutPayloads } from "../../model/job_record.ts";
import type { JobCounts, JobFilter, JobPlace, ParentsAnswer } from "../job_store.ts";
import { jobsOf } from "./change_jobs.ts";
import { keyOpen, scheduleOpen, taskOpen } from "./claim_jobs.ts";
import { rateOpen } from "./rates.ts";
import type { MemoryState } from "./memory_state.ts";

/** The jobs that match, as people see them. */
export function getJobs(state: MemoryState, filter: JobFilter, nowMs: number): readonly JobRecord[] {
  const standing = standings(state, nowMs);
  const found: JobRecord[] = [];
  const children = filter.after && childrenOf(state, filter.after);
  for (const job of inOrder(state, filter)) {
    if (filter.limit !== undefined && found.length >= filter.limit) break;
    if (!matches(job, filter) || (children && !children.has(job.seq))) continue;
    const shown = standing(job);
    if (filter.states !== undefined && !filter.states.includes(shown.state)) continue;
    const answer = shownAs(job, shown);
    found.push(filter.payloads === false ? withoutPayloads(answer) : answer);
  }
  return found;
}

/** The number of matching jobs in each state people see. */
export function countJobs(
  state: MemoryState,
  filter: JobPlace,
  nowMs: number,
): JobCounts {
  const standing = standings(state, nowMs);
  const counts = { scheduled: 0, blocked: 0, ready: 0, running: 0, parked: 0, finished: 0 };
  for (const job of state.jobs.all()) {
    if (matches(job, filter)) counts[standing(job).state]++;
  }
  return counts;
}

/** The jobs that a job waits or waited for, as people see it. */
export function getParents(state: MemoryState, id: string, nowMs: number): ParentsAnswer {
  const job = state.jobs.byId(id);
  if (job === undefined) return { waits: false, parents: [] };
  const standing = standings(state, nowMs);
  const parents = state.parents.of(job.seq).map((seq) => state.jobs.get(seq)).filter((one) =>
    one !== undefined
  );
  return { waits: job.blockedBy === "parents", parents: parents.map((one) => shownAs(one, standing(one))) };
}

function shownAs(job: JobRecord, { state, blockedBy }: JobStanding): JobRecord {
  return state === job.state && blockedBy === job.blockedBy
    ? job
    : Object.freeze({ ...job, state, blockedBy });
}

function childrenOf(state: MemoryState, ids: readonly string[]): ReadonlySet<number> {
  return new Set(jobsOf(state, ids).flatMap(({ seq }) => [...state.parents.childrenOf(seq)]));
}

function inOrder(state: MemoryState, { ids, order = "newest", afterSeq }: JobFilter): Iterable<JobRecord> {
  if (ids === undefined) return state.jobs.inOrder(order, afterSeq);
  const asked = jobsOf(state, ids).filter(({ seq }) =>
    afterSeq === undefined || (order === "oldest" ? seq > afterSeq : seq < afterSeq)
  );
  return asked.sort((a, b) => order === "oldest" ? a.seq - b.seq : b.seq - a.seq);
}

function matches(
  job: JobRecord,
  filter: JobPlace & Pick<JobFilter, "idPrefix" | "owner" | "outcomes" | "cancelRequested">,
): boolean {
  return (filter.idPrefix === undefined || job.id.startsWith(filter.idPrefix)) &&
    (filter.taskName === undefined || job.taskName === filter.taskName) &&
    (filter.scheduleId === undefined || job.scheduleId === filter.scheduleId) &&
    (filter.batchId === undefined || job.batchId === filter.batchId) &&
    (filter.addedBy === undefined || job.addedBy === filter.addedBy) &&
    (filter.owner === undefined || job.owner === filter.owner) &&
    (!filter.cancelRequested || job.cancelRequested !== null) &&
    (filter.outcomes === undefined || (job.outcome !== null && filter.outcomes.includes(job.outcome)));
}

/** Returns a function that finds the state people see, asking about each task and schedule once. */
function standings(state: MemoryState, nowMs: number): (job: JobRecord) => JobStanding {
  const live = [...state.schedulers.values()]
    .filter((scheduler) => !leaseIsOver({ ...scheduler, watchedMs: null }, nowMs));
  const served = new Map<string, boolean>();
  const tasks = new Map<string, boolean>();
  const schedules = new Map<number, boolean>();
  const openTask = (name: string) => remembered(tasks, name, () => taskOpen(state, name));
  const openSchedule = (seq: number) => remembered(schedules, seq, () => scheduleOpen(state, seq));
  const isServed = (job: JobRecord) =>
    remembered(
      served,
      job.tags.length === 0
        ? `${job.taskVersion} ${job.taskName}`
        : JSON.stringify([job.taskVersion, job.taskName, job.tags]),
      () =>
        live.some(({ tasks, tags }) =>
          tasks.some((task) => runsVersion(task, job)) && coversTags(tags, job.tags)
        ),
    );
  const heldBy = (job: JobRecord) => {
    if (state.tasks.get(job.taskName)?.paused) return "pause";
    if (!openTask(job.taskName)) return "task";
    if (job.scheduleSeq !== null && !openSchedule(job.scheduleSeq)) return "schedule";
    if (!keyOpen(state, job)) return "key";
    return rateOpen(state, job, nowMs) ? null : "rate";
  };
  return (job) =>
    job.state === "ready" ? displayState(job, { served: isServed(job), heldBy: heldBy(job) }) : job;
}

function remembered<Key>(answers: Map<Key, boolean>, key: Key, ask: () => boolean): boolean {
  const answer = answers.get(key) ?? ask();
  answers.set(key, answer);
  return answer;
}
