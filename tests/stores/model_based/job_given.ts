import { fc } from "../../properties.ts";
import type { NewJob } from "../../../src/model/job_record.ts";
import { jobStates } from "../../../src/model/states.ts";
import { newJob } from "../../../src/testing/store_conformance/records.ts";
import { jobId, place, soonMs, tags, taskName } from "./step.ts";
import { pick, type Subject } from "./subject.ts";

/** A value, or null. */
export const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });

const retention = fc.record({ successMs: fc.constant(1), otherMs: orNull(fc.constantFrom(3, 30)) });

/** The ingredients of a random job. */
export const jobGiven = fc.record({
  id: jobId,
  taskName,
  priority: fc.integer({ min: -1, max: 1 }),
  taskVersion: fc.constantFrom(1, 1, 1, 2),
  ageingMs: fc.constantFrom(null, 5, 5, 30),
  tags,
  concurrencyKey: orNull(fc.constantFrom("k", "l")),
  rateKey: orNull(fc.constantFrom("k", "l")),
  runInMs: orNull(soonMs),
  deadlineInMs: orNull(soonMs),
  schedule: orNull(place),
  fireTimeMs: orNull(fc.nat(3)),
  overrides: fc.record({ retention }, { requiredKeys: [] }),
  identity: fc.option(
    fc.record({
      key: fc.constantFrom("i", "j"),
      states: fc.subarray([...jobStates]).map((
        states,
      ) => ["ready" as const, "blocked" as const, ...states]),
      periodMs: orNull(fc.constantFrom(1, 20)),
      replace: orNull(fc.record({ maxWaitMs: orNull(fc.constantFrom(0, 10)) })),
    }),
    { nil: undefined, freq: 5 },
  ),
  parents: fc.option(
    fc.record({
      ids: fc.uniqueArray(jobId, { maxLength: 3 }),
      /** True if the one before it in the call is one of them too. */
      isNext: fc.boolean(),
      onFailure: fc.constantFrom("cascade" as const, "continue" as const),
    }),
    { nil: undefined, freq: 2 },
  ),
  addedBy: fc.option(jobId, { nil: undefined, freq: 5 }),
  batchId: fc.option(fc.constantFrom("v", "w"), { nil: undefined, freq: 5 }),
});

type JobGiven = typeof jobGiven extends fc.Arbitrary<infer Given> ? Given : never;

/** A job as one of the stores can take it: its schedule is the one that this store knows. */
export function jobOf(s: Subject, given: JobGiven): NewJob {
  const schedule = given.schedule === null ? undefined : pick(s.readings, given.schedule);
  return newJob(given.id, {
    taskName: given.taskName,
    priority: given.priority,
    taskVersion: given.taskVersion,
    ageingMs: given.ageingMs,
    tags: given.tags,
    ...(given.identity === undefined ? {} : { identity: given.identity }),
    concurrencyKey: given.concurrencyKey,
    rateKey: given.rateKey,
    overrides: given.overrides,
    fireTimeMs: given.fireTimeMs,
    runAtMs: given.runInMs === null ? null : s.nowMs + given.runInMs,
    startDeadlineMs: given.deadlineInMs === null ? null : s.nowMs + given.deadlineInMs,
    scheduleSeq: schedule?.seq ?? null,
    scheduleId: schedule?.id ?? null,
  });
}

/** Jobs of one call. A job's parents come before it; one with parents has no schedule. */
export function jobsOf(s: Subject, given: readonly JobGiven[]): readonly NewJob[] {
  return given.map((one, index) => {
    const { addedBy, batchId } = one;
    const job = {
      ...jobOf(s, one),
      ...(addedBy === undefined ? {} : { addedBy }),
      ...(batchId === undefined ? {} : { batchId }),
    };
    if (one.parents === undefined) return job;
    const { ids, isNext, onFailure } = one.parents;
    const later = new Set(given.slice(index).map(({ id }) => id));
    const before = isNext ? given.slice(0, index).slice(-1).map(({ id }) => id) : [];
    const all = [...new Set([...ids, ...before])].filter((id) => !later.has(id));
    if (all.length === 0) return job;
    return { ...job, scheduleSeq: null, scheduleId: null, parents: { ids: all, onFailure } };
  });
}
