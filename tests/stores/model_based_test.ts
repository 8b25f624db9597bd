import assert from "node:assert/strict";
import { fc } from "../properties.ts";
import type { DataStore } from "../../src/stores/data_store.ts";
import { libsql } from "../../src/stores/libsql.ts";
import { memory } from "../../src/stores/memory.ts";
import { VirtualClock } from "../../src/time/virtual_clock.ts";
import { test } from "../harness.ts";
import { jobSteps } from "./model_based/job_steps.ts";
import { otherSteps, passedMs, unordered } from "./model_based/other_steps.ts";
import { scheduleSteps } from "./model_based/schedule_steps.ts";
import type { Step } from "./model_based/step.ts";
import { Subject } from "./model_based/subject.ts";

const RUNS = 300;
const STEPS_MAX = 60;
/** Twenty seconds of work, on a machine that may do others' too. */
const TIME_LIMIT_MS = 240_000;

/** The stores that must answer as the memory store does, which calls the rules themselves. */
const others: Readonly<Record<string, () => DataStore>> = {
  libsql: () => libsql(":memory:"),
};

const step = fc.oneof(...jobSteps, ...scheduleSteps, ...otherSteps);
const walk = fc.array(fc.record({ passedMs, step }), { maxLength: STEPS_MAX, size: "max" });

for (const [name, make] of Object.entries(others)) {
  test(`${name} returns as memory does, for any calls in any order`, async () => {
    const property = fc.asyncProperty(walk, (steps) => compare(memory(), make(), steps));
    await fc.assert(property, { numRuns: RUNS, endOnFailure: false });
  }, { timeLimitMs: TIME_LIMIT_MS });
}

async function compare(
  model: DataStore,
  tested: DataStore,
  walk: readonly { readonly passedMs: number; readonly step: Step }[],
): Promise<void> {
  const clock = new VirtualClock();
  const subjects = [new Subject(model, clock), new Subject(tested, clock)] as const;
  for (const { store } of subjects) await store.open({ clock });
  try {
    for (const { passedMs, step } of [...walk, { passedMs: 0, step: lookAtAll }]) {
      clock.jump(passedMs);
      const [expected, actual] = [await answerOf(subjects[0], step), await answerOf(subjects[1], step)];
      assert.deepEqual(actual, expected, `${step.name}: ${different(actual, expected)}`);
    }
  } finally {
    for (const { store } of subjects) await store.close();
  }
}

async function answerOf(subject: Subject, step: Step): Promise<unknown> {
  return subject.normalized(await step.run(subject));
}

/** Everything that can be seen at the end. */
const lookAtAll: Step = {
  name: "look at all",
  run: async ({ store }) => ({
    jobs: await store.getJobs({ order: "oldest" }),
    counts: await store.countJobs({}),
    schedules: await store.getSchedules({}),
    due: await store.dueSchedules(99),
    tasks: await store.getTasks(),
    schedulers: await store.getSchedulers(),
    incarnations: await store.getOrphanedIncarnations(),
    calendars: await store.getCalendars(),
    changes: unordered((await store.readChanges({ after: 0, limit: 1000 })).changes),
  }),
};

function different(actual: unknown, expected: unknown): string {
  return `it answered ${JSON.stringify(actual)}, but memory ${JSON.stringify(expected)}`;
}
