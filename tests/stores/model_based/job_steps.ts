import { fc } from "../../properties.ts";
import { isCarillonError } from "../../../src/errors.ts";
import { rateLimit } from "../../../src/model/decisions.ts";
import type { LogLine } from "../../../src/model/job_history.ts";
import type { JobEnding, JobRecord, JobTransition } from "../../../src/model/job_record.ts";
import { jobOutcomes, jobStates } from "../../../src/model/states.ts";
import type { ClaimRequest } from "../../../src/stores/job_store.ts";
import { fenceOf } from "../../../src/testing/store_conformance/store_test.ts";
import { jobId, jobIds, place, soonMs, type Step, steps, taskName, taskVersions } from "./step.ts";
import { pick, type Subject } from "./subject.ts";
import { jobGiven, jobsOf, orNull } from "./job_given.ts";

const taskClaims = fc.tuple(
  taskVersions,
  fc.array(fc.option(fc.nat(2), { nil: undefined }), { minLength: 3 }),
).map(
  ([tasks, most]) => tasks.map((task, i) => most[i] === undefined ? task : { ...task, max: most[i] }),
);

/** The result of a call, or the code of its error. */
async function orRefusal<Answer>(call: Promise<Answer>): Promise<Answer | { readonly refused: string }> {
  try {
    return await call;
  } catch (error) {
    if (isCarillonError(error, "jobNotFound")) return { refused: error.code };
    throw error;
  }
}

const claimGiven = fc.record({
  scheduler: place,
  tasks: taskClaims,
  limit: fc.nat(3),
  jobIds: fc.option(jobIds, { nil: undefined, freq: 4 }),
});

type ClaimGiven = typeof claimGiven extends fc.Arbitrary<infer Given> ? Given : never;

function claimOf(s: Subject, { scheduler, tasks, limit, jobIds }: ClaimGiven) {
  const incarnation = pick(s.incarnations, scheduler) ?? 999;
  return { incarnation, tasks, limit, ...(jobIds === undefined ? {} : { jobIds }) };
}

/** The part of a claim's result that is the same in all stores. */
async function claimed(s: Subject, request: ClaimRequest, ends: readonly JobEnding[]) {
  const { more: _more, missed, nextRunAtMs, ...answer } = s.claimed(await s.store.claimJobs(request, ends));
  // Where a rate holds jobs back, a store may ask to be asked again sooner than another start is possible.
  const tasks = await s.store.getTasks(request.tasks.map(({ name }) => name));
  const exact = tasks.every((task) => rateLimit(task) === null);
  return {
    ...answer,
    ...(exact ? { nextRunAtMs } : {}),
    missed: missed.toSorted((a, b) => a.seq - b.seq),
  };
}

const error = { name: "TypeError", message: "no", cause: { name: "Error", message: "deep" } };

/** Every way in which a run can end. */
export const transition: fc.Arbitrary<JobTransition> = fc.oneof(
  fc.record({
    to: fc.constant("finished" as const),
    outcome: fc.constantFrom(...jobOutcomes),
    value: fc.constantFrom(null, "json:1"),
    error: fc.constantFrom(null, error),
    keepMs: fc.constantFrom(null, 0, 10),
  }),
  fc.record({
    to: fc.constant("retry" as const),
    delayMs: fc.constantFrom(0, 5),
    error: fc.constantFrom(null, error),
    outcome: fc.constantFrom("error" as const, "timedOut" as const),
  }),
  fc.record({ to: fc.constant("snooze" as const), delayMs: fc.constantFrom(0, 5) }),
  fc.record({ to: fc.constant("handBack" as const), lostLease: fc.boolean() }),
  fc.record({ to: fc.constant("parked" as const), reason: fc.constantFrom("unknown", "does not fit") }),
);

/** The ends of some runs, also of runs that have ended. */
export const endingsGiven = fc.array(fc.record({ run: place, transition }), { minLength: 1, maxLength: 3 });

/** Those ends with the fences that one store knows, one for each claim. */
export function endingsOf(
  s: Subject,
  given: readonly { readonly run: number; readonly transition: JobTransition }[],
): readonly JobEnding[] {
  const endings = new Map<string, JobEnding>();
  for (const { run, transition } of given) {
    const job = pick([...s.runs].reverse(), run);
    if (job !== undefined) endings.set(`${job.seq} ${job.claimNumber}`, { fence: fenceOf(job), transition });
  }
  return [...endings.values()];
}

const filter = fc.record({
  ids: jobIds,
  after: jobIds,
  taskName,
  scheduleId: fc.constantFrom("s", "t"),
  batchId: fc.constantFrom("v", "w"),
  addedBy: jobId,
  states: fc.subarray([...jobStates]),
  outcomes: fc.subarray([...jobOutcomes]),
  order: fc.constantFrom("newest" as const, "oldest" as const),
  limit: fc.nat(4),
  afterSeq: fc.nat(6),
}, { requiredKeys: [] });

const change = fc.record({
  runInMs: orNull(soonMs),
  priority: fc.integer({ min: -2, max: 2 }),
  input: fc.constantFrom(null, "json:2"),
  taskVersion: fc.nat(3),
  metadata: fc.constantFrom({}, { x: [1] }),
}, { requiredKeys: [] });

const nothingSpecial = {
  parents: undefined,
  concurrencyKey: null,
  deadlineInMs: null,
  fireTimeMs: null,
  identity: undefined,
  overrides: {},
  runInMs: null,
  schedule: null,
  tags: [],
};

/** Mostly jobs that may run at once, and are alike. */
const plainGiven = fc.oneof(
  { weight: 4, arbitrary: jobGiven.map((job) => ({ ...job, ...nothingSpecial })) },
  { weight: 1, arbitrary: jobGiven },
);

/** A job as stored: a store may keep apart those that wait for a slot. */
function asWaiting(job: JobRecord): JobRecord {
  return job.state === "blocked" && job.blockedBy === null ? { ...job, state: "ready" } : job;
}

function logLine(line: number, atMs: number): LogLine {
  return { line, atMs, level: "info", message: `line ${line}`, fields: line % 2 === 0 ? null : '{"a":1}' };
}

/** Calls about jobs. */
export const jobSteps: readonly { readonly weight: number; readonly arbitrary: fc.Arbitrary<Step> }[] = [
  {
    weight: 8,
    arbitrary: steps(
      "addJobs",
      fc.record({
        jobs: fc.array(jobGiven, { minLength: 1, maxLength: 4 }),
        claim: fc.option(claimGiven, { nil: undefined }),
      }),
      async (s, { jobs, claim }) => {
        const request = claim === undefined ? claim : claimOf(s, claim);
        const answer = await orRefusal(s.store.addJobs(jobsOf(s, jobs), request));
        return "refused" in answer ? answer : s.claimed(answer);
      },
    ),
  },
  {
    weight: 4,
    arbitrary: steps(
      "addJobs in turn",
      fc.record({ jobs: fc.array(plainGiven, { minLength: 1, maxLength: 4 }), claim: claimGiven }),
      async (s, { jobs, claim }) => {
        const request = { ...claimOf(s, claim), inTurn: true };
        const answer = await orRefusal(s.store.addJobs(jobsOf(s, jobs), request));
        return "refused" in answer ? answer : s.claimed(answer);
      },
    ),
  },
  {
    weight: 8,
    arbitrary: steps("claimJobs", claimGiven, (s, given) => claimed(s, claimOf(s, given), [])),
  },
  {
    weight: 6,
    arbitrary: steps(
      "claimJobs with ends",
      fc.record({ claim: claimGiven, ends: endingsGiven }),
      (s, { claim, ends }) => claimed(s, claimOf(s, claim), endingsOf(s, ends)),
    ),
  },
  {
    weight: 8,
    arbitrary: steps("endJobs", endingsGiven, (s, given) => s.store.endJobs(endingsOf(s, given))),
  },
  {
    weight: 1,
    arbitrary: steps("putProgress", fc.record({ run: place, done: fc.nat(3) }), (s, { run, done }) => {
      const job = pick(s.runs, run);
      const progress = { done, total: 3, message: null, atMs: s.nowMs };
      return s.store.putProgress(job === undefined ? [] : [{ fence: fenceOf(job), progress }]);
    }),
  },
  { weight: 2, arbitrary: steps("getParents", jobId, (s, id) => s.store.getParents(id)) },
  { weight: 2, arbitrary: steps("getAttempts", jobId, (s, id) => s.store.getAttempts(id)) },
  { weight: 2, arbitrary: steps("getLogs", jobId, (s, id) => s.store.getLogs(id)) },
  {
    weight: 2,
    arbitrary: steps(
      "putLogs",
      fc.record({ run: place, from: fc.nat(2), part: fc.constantFrom("run" as const, "onFailure" as const) }),
      (s, { run, from, part }) => {
        const job = pick(s.runs, run);
        if (job === undefined) return Promise.resolve();
        const lines = [1, 2].map((n) => logLine(from + n, s.nowMs));
        return s.store.putLogs([{ jobSeq: job.seq, claimNumber: job.claimNumber, part, lines }]);
      },
    ),
  },
  { weight: 2, arbitrary: steps("getJobs", filter, (s, given) => s.store.getJobs(given)) },
  {
    weight: 1,
    arbitrary: steps(
      "countJobs",
      fc.record({ taskName, scheduleId: fc.constantFrom("s", "t"), batchId: fc.constantFrom("v", "w") }, {
        requiredKeys: [],
      }),
      (s, given) => s.store.countJobs(given),
    ),
  },
  {
    weight: 2,
    arbitrary: steps(
      "cancelJobs",
      fc.record({ ids: jobIds, reason: fc.constantFrom("x", "y"), keepMs: orNull(fc.nat(9)) }),
      (s, { ids, ...cancel }) => s.store.cancelJobs(ids, cancel),
    ),
  },
  {
    weight: 2,
    arbitrary: steps("updateJob", fc.record({ id: jobId, change }), async (s, { id, change }) => {
      const { runInMs, ...rest } = change;
      const runAtMs = runInMs === undefined ? {} : { runAtMs: runInMs === null ? null : s.nowMs + runInMs };
      const job = await s.store.updateJob(id, { ...rest, ...runAtMs });
      return job === undefined ? undefined : asWaiting(job);
    }),
  },
  {
    weight: 2,
    arbitrary: steps("retryJobs", jobIds, async (s, ids) => (await s.store.retryJobs(ids)).map(asWaiting)),
  },
  { weight: 1, arbitrary: steps("removeJobs", jobIds, (s, ids) => s.store.removeJobs(ids)) },
];
