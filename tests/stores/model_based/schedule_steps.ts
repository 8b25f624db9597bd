import { fc } from "../../properties.ts";
import type { ScheduleRecord, ScheduleWrite } from "../../../src/model/schedule_record.ts";
import type { ScheduleAdvance } from "../../../src/stores/schedule_store.ts";
import { policies, scheduleWrite, versionOf } from "../../../src/testing/store_conformance/records.ts";
import { contentOf } from "../../../src/testing/store_conformance/store_test.ts";
import { jobGiven, jobOf } from "./job_given.ts";
import { place, soonMs, type Step, steps, taskName } from "./step.ts";
import { pick, type Subject } from "./subject.ts";

const scheduleId = fc.constantFrom("s", "t", "u");

const content = fc.record({
  taskName,
  generatedId: fc.boolean(),
  group: fc.constantFrom(null, "g"),
  paused: fc.boolean(),
  status: fc.constantFrom("active" as const, "active" as const, "finished" as const, "failed" as const),
  followsFinish: fc.boolean(),
  needsPlanning: fc.boolean(),
  overlap: fc.constantFrom("queueOne" as const, "skip" as const, "allow" as const),
  maxRunningJobs: fc.constantFrom(null, 1, 2),
  nextInMs: fc.option(soonMs, { nil: null }),
  advancedInMs: fc.constantFrom(0, 59_999, 60_001),
  formerTrigger: fc.constantFrom(null, { trigger: { kind: "date", at: "2026" }, untilMs: 7 }),
}, { requiredKeys: [] });

type Content = typeof content extends fc.Arbitrary<infer Given> ? Given : never;

function changeOf(
  s: Subject,
  { overlap, maxRunningJobs, nextInMs, advancedInMs, ...rest }: Content,
): Partial<ScheduleWrite> {
  const limits = { ...(overlap && { overlap }), ...(maxRunningJobs !== undefined && { maxRunningJobs }) };
  const next = nextInMs === undefined
    ? {}
    : { nextFireTimeMs: nextInMs === null ? null : s.nowMs + nextInMs };
  const advanced = advancedInMs === undefined ? {} : { advancedAtMs: s.nowMs + advancedInMs };
  return { ...rest, ...next, ...advanced, policies: policies(limits) };
}

/** A reading of a schedule; the latest ones are likelier to be current. */
function readingOf(s: Subject, at: number): ScheduleRecord | undefined {
  return pick([...s.readings].reverse(), at);
}

const filter = fc.record({
  ids: fc.subarray(["s", "t", "u", "unknown"]),
  taskName,
  group: fc.constant("g"),
  paused: fc.boolean(),
  status: fc.constantFrom("active" as const, "finished" as const, "failed" as const),
  limit: fc.nat(2),
  order: fc.constantFrom("nextFire" as const, "oldest" as const),
  after: fc.record({ nextFireTimeMs: fc.constantFrom(null, 0, 1e15), seq: fc.nat(4) }),
}, { requiredKeys: [] });

const puts = fc.array(fc.record({ id: scheduleId, reading: fc.option(place, { nil: null }), content }), {
  maxLength: 2,
});

const advanceGiven = fc.record({
  reading: place,
  content,
  unfinished: fc.option(fc.nat(2), { nil: null }),
  jobs: fc.array(jobGiven, { maxLength: 2 }),
});

type AdvanceGiven = typeof advanceGiven extends fc.Arbitrary<infer Given> ? Given : never;

/** Steps of different schedules, from what one store told about them. */
function advancesOf(s: Subject, given: readonly AdvanceGiven[]): readonly ScheduleAdvance[] {
  const advances = new Map<string, ScheduleAdvance>();
  for (const { reading, content, unfinished, jobs } of given) {
    const read = readingOf(s, reading);
    if (read === undefined) continue;
    const place = { scheduleSeq: read.seq, scheduleId: read.id };
    advances.set(read.id, {
      expected: versionOf(read),
      expectedUnfinishedJobs: unfinished,
      schedule: { ...contentOf(read), ...changeOf(s, content) },
      jobs: jobs.map((job) => ({ ...jobOf(s, job), ...place })),
    });
  }
  return [...advances.values()];
}

/** Calls about schedules. */
export const scheduleSteps: readonly { readonly weight: number; readonly arbitrary: fc.Arbitrary<Step> }[] = [
  {
    weight: 3,
    arbitrary: steps("getSchedules", filter, async (s, given) => s.read(await s.store.getSchedules(given))),
  },
  {
    weight: 3,
    arbitrary: steps("getSchedules", fc.constant({}), async (s) => s.read(await s.store.getSchedules({}))),
  },
  {
    weight: 5,
    arbitrary: steps(
      "writeSchedules new",
      fc.record({ id: scheduleId, content }),
      async (s, { id, content }) => {
        const schedule = scheduleWrite(id, { anchorMs: s.nowMs, ...changeOf(s, content) });
        return s.read(await s.store.writeSchedules({ puts: [{ expected: null, schedule }] }));
      },
    ),
  },
  {
    weight: 5,
    arbitrary: steps(
      "writeSchedules",
      fc.record({ puts, removes: fc.array(place, { maxLength: 1 }) }),
      async (s, given) => {
        const puts = given.puts.map(({ id, reading, content }) => {
          const read = reading === null ? undefined : readingOf(s, reading);
          const before = read === undefined ? scheduleWrite(id) : contentOf(read);
          const schedule = { ...before, ...changeOf(s, content) };
          return { expected: read === undefined ? null : versionOf(read), schedule };
        });
        const removes = given.removes.map((at) => readingOf(s, at)).filter((read) => read !== undefined);
        return s.read(await s.store.writeSchedules({ puts, removes: removes.map(versionOf) }));
      },
    ),
  },
  {
    weight: 3,
    arbitrary: steps("dueSchedules", fc.nat(3), async (s, limit) => {
      const answer = await s.store.dueSchedules(limit);
      s.read(answer.due.map(({ schedule }) => schedule));
      return answer;
    }),
  },
  {
    weight: 6,
    arbitrary: steps(
      "advanceSchedules",
      fc.array(advanceGiven, { minLength: 1, maxLength: 2 }),
      (s, given) => s.store.advanceSchedules(advancesOf(s, given)),
    ),
  },
  {
    weight: 1,
    arbitrary: steps(
      "getFireTimes",
      place,
      (s, at) => s.store.getFireTimes(readingOf(s, at)?.seq ?? 0, [3, 0, 1, 2]),
    ),
  },
  {
    weight: 1,
    arbitrary: steps(
      "replanSchedules",
      fc.option(fc.subarray(["s", "t", "unknown"]), { nil: undefined }),
      (s, ids) => s.store.replanSchedules(ids),
    ),
  },
];
