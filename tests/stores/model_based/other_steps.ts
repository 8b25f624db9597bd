import { fc } from "../../properties.ts";
import type { ChangeRecord } from "../../../src/model/change_record.ts";
import { schedulerWrite, taskWrite } from "../../../src/testing/store_conformance/records.ts";
import { endingsGiven, endingsOf } from "./job_steps.ts";
import { place, type Step, steps, tags, taskNames, taskVersions } from "./step.ts";
import { pick, type Subject } from "./subject.ts";

const limit = fc.constantFrom(null, 1, 2);
const concurrency = fc.constantFrom(
  null,
  { max: 1, fifo: false },
  { max: 2, fifo: false },
  { max: 1, fifo: true },
);
const batchSize = fc.constantFrom(null, null, 2);
const rateLimit = fc.option(
  fc.record({ limit: fc.constantFrom(1, 2), perMs: fc.constantFrom(5, 20), keyed: fc.boolean() }),
  { nil: null, freq: 2 },
);
const leaseMs = fc.constantFrom(10, 100);
const writtenTask = fc.constantFrom("a", "b");

function incarnationOf(s: Subject, at: number): number {
  return pick(s.incarnations, at) ?? 999;
}

function remember(s: Subject, schedulers: readonly { incarnation: number; leaseUntilMs: number }[]): void {
  for (const { incarnation, leaseUntilMs } of schedulers) s.leases.set(incarnation, leaseUntilMs);
}

/** Changes without their numbers: those of one step have no order among themselves. */
export function unordered(changes: readonly ChangeRecord[]): readonly unknown[] {
  const texts = changes.map(({ seq: _, ...change }) => JSON.stringify(Object.entries(change).sort()));
  return texts.sort();
}

/** Calls about tasks, schedulers and the store as a whole, and the passing of time. */
export const otherSteps: readonly { readonly weight: number; readonly arbitrary: fc.Arbitrary<Step> }[] = [
  {
    weight: 2,
    arbitrary: steps(
      "putTasks",
      fc.record({ name: writtenTask, limit, concurrency, batchSize, rateLimit }),
      (s, { name, limit, concurrency, batchSize, rateLimit }) =>
        s.store.putTasks([
          taskWrite(name, {
            maxRunningJobs: limit,
            concurrency,
            batchSize,
            rateLimit,
            retention: { successMs: 1, otherMs: 15 },
          }),
        ]),
    ),
  },
  {
    weight: 2,
    arbitrary: steps(
      "updateTask",
      fc.record({
        name: writtenTask,
        change: fc.record({
          paused: fc.boolean(),
          overrides: fc.record({
            maxRunningJobs: limit,
            concurrency,
            rateLimit,
            metadata: fc.constant({ x: 1 }),
          }, {
            requiredKeys: [],
          }),
        }, { requiredKeys: [] }),
      }),
      (s, { name, change }) => s.store.updateTask(name, change),
    ),
  },
  {
    weight: 2,
    arbitrary: steps(
      "getRateUse",
      fc.record({ name: writtenTask, key: fc.constantFrom(null, "k", "l") }),
      (s, { name, key }) => s.store.getRateUse(name, key),
    ),
  },
  { weight: 1, arbitrary: steps("removeTask", writtenTask, (s, name) => s.store.removeTask(name)) },
  {
    weight: 2,
    arbitrary: steps("readChanges", fc.constant(null), async (s) => {
      const { changes, ...ends } = await s.store.readChanges({ after: s.cursor, limit: 1000 });
      s.cursor = ends.last;
      return { ...ends, changes: unordered(changes) };
    }),
  },
  { weight: 1, arbitrary: steps("getTasks", taskNames, (s, names) => s.store.getTasks(names)) },
  {
    weight: 3,
    arbitrary: steps(
      "registerScheduler",
      fc.record({ taskVersions, leaseMs, tags }),
      async (s, { taskVersions, leaseMs, tags }) => {
        const answer = await s.store.registerScheduler(schedulerWrite(taskVersions, leaseMs, tags));
        s.incarnations.push(answer.incarnation);
        return answer;
      },
    ),
  },
  {
    weight: 3,
    arbitrary: steps("heartbeat", fc.record({ at: place, leaseMs }), async (s, { at, leaseMs }) => {
      const answer = await s.store.heartbeat(incarnationOf(s, at), leaseMs);
      remember(s, answer.others);
      return answer;
    }),
  },
  {
    weight: 1,
    arbitrary: steps("getSchedulers", fc.constant(null), async (s) => {
      const answer = await s.store.getSchedulers();
      remember(s, answer);
      return answer;
    }),
  },
  {
    weight: 1,
    arbitrary: steps(
      "unregisterScheduler",
      place,
      (s, at) => s.store.unregisterScheduler(incarnationOf(s, at)),
    ),
  },
  {
    weight: 2,
    arbitrary: steps(
      "takeOver",
      fc.record({ at: place, endings: endingsGiven }),
      (s, { at, endings }) => {
        const incarnation = incarnationOf(s, at);
        return s.store.takeOver(incarnation, s.leases.get(incarnation) ?? null, endingsOf(s, endings));
      },
    ),
  },
  {
    weight: 1,
    arbitrary: steps("getOrphanedIncarnations", fc.constant(null), async (s) => ({
      incarnations: await s.store.getOrphanedIncarnations(),
    })),
  },
  {
    weight: 2,
    arbitrary: steps("prune", fc.nat(4), (s, limit) => s.store.prune(limit)),
  },
  {
    weight: 1,
    arbitrary: steps(
      "putCalendar",
      fc.record({ name: fc.constantFrom("x", "y"), definition: fc.constantFrom(null, ["2026-01-01"], {}) }),
      async (s, { name, definition }) => {
        await s.store.putCalendar(name, definition);
        return await s.store.getCalendars();
      },
    ),
  },
];

/** The passing of time, sometimes backwards: the same for all stores. */
export const passedMs: fc.Arbitrary<number> = fc.constantFrom(0, 0, 0, 1, 4, 12, 40, -3);
