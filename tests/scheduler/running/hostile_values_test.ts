import assert from "node:assert/strict";
import type { EventBroker } from "../../../src/brokers/event_broker.ts";
import type { Executor } from "../../../src/executors/executor.ts";
import type { Logger } from "../../../src/model/logger.ts";
import type { StandardSchema, StandardSchemaResult } from "../../../src/model/standard_schema.ts";
import { task } from "../../../src/registry/task.ts";
import type { JobHandle } from "../../../src/scheduler/jobs/handles.ts";
import { richJson } from "../../../src/serializers/rich_json.ts";
import { memory } from "../../../src/stores/memory.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { registerTrigger } from "../../../src/triggers/trigger_registry.ts";
import { test } from "../../harness.ts";
import { give, hurl, make, plainRecipes, type Recipe, recipes } from "../../hostile.ts";
import { fc } from "../../properties.ts";
import { faulty, setUp } from "../fixtures.ts";

/** The value that user code throws or returns now. */
let recipe: Recipe = { atom: "undefined" };
const throws = (): never => hurl(recipe);
const returns = (): never => give(recipe) as never;
const made = (): never => make(recipe) as never;

/** Runs a property over every atom and generated errors. */
async function forHostile(numRuns: number, check: () => Promise<void>): Promise<void> {
  const property = fc.asyncProperty(recipes, async (drawn) => {
    recipe = drawn;
    await check();
  });
  await fc.assert(property, {
    numRuns: plainRecipes.length + numRuns,
    examples: plainRecipes.map((one) => [one]),
  });
}

function schema<Value>(
  validate: (value: unknown) => StandardSchemaResult<Value> | Promise<StandardSchemaResult<Value>>,
): StandardSchema<Value, Value> {
  return { "~standard": { version: 1, vendor: "hostile", validate } };
}

const custom = registerTrigger("hostile.trigger", schema<object>(() => ({ value: {} })), () => ({
  nextAfterMs: (epochMs) =>
    triggerMode === "fine" ? epochMs + 1000 : triggerMode === "throws" ? throws() : returns(),
}));
let triggerMode: "fine" | "throws" | "returns" = "fine";

const MAX_ATTEMPTS = 2;
const retry = { maxAttempts: MAX_ATTEMPTS, base: { milliseconds: 1 } } as const;
/** Calls of each task. */
let calls: Record<string, number> = {};
const counted = <Result>(name: string, run: () => Result) => () => {
  calls[name] = (calls[name] ?? 0) + 1;
  return run();
};

/** Tasks whose functions, schemas and callbacks are hostile. */
const tasks = [
  task({ name: "throws", retry, run: counted("throws", throws), onFailure: throws }),
  task({ name: "rejects", retry, run: counted("rejects", async () => await throws()), onFailure: returns }),
  task({ name: "returns", retry, run: counted("returns", returns) }),
  task({ name: "resolves", retry, run: counted("resolves", async () => [await returns()]) }),
  task({ name: "outputThrows", retry, output: schema(throws), run: counted("outputThrows", () => 1) }),
  task({ name: "outputReturns", retry, output: schema(returns), run: counted("outputReturns", () => 1) }),
  task({ name: "useThrows", retry, use: [throws], run: counted("useThrows", () => 1) }),
  task({
    name: "useReturns",
    retry,
    use: [async (_job, next) => (await next(), returns())],
    run: counted("useReturns", () => 1),
  }),
  task({
    name: "backoffThrows",
    retry: { ...retry, backoff: throws },
    run: counted("backoffThrows", throws),
  }),
  task({
    name: "backoffReturns",
    retry: { ...retry, backoff: returns },
    run: counted("backoffReturns", throws),
  }),
  task({
    name: "retryIfThrows",
    retry: { ...retry, retryIf: throws },
    run: counted("retryIfThrows", throws),
  }),
  task({
    name: "retryIfReturns",
    retry: { ...retry, retryIf: returns },
    run: counted("retryIfReturns", throws),
  }),
  task({
    name: "logs",
    retry,
    run: (_input, { log, progress }) => {
      calls["logs"] = (calls["logs"] ?? 0) + 1;
      log.info(made(), made());
      log.warn("fields", { value: made() });
      progress(made(), made());
    },
  }),
];

const quick = task({ name: "quick", maxRunningJobs: null, run: () => "ran" });

/** A job ends with an outcome after its attempts, and its function was not called more often than that. */
async function assertEnded(job: JobHandle<unknown>, name: string): Promise<void> {
  const { state, outcome, attempt } = await job.status();
  const facts = `${name}: ${state} ${outcome} after ${attempt} attempts and ${calls[name]} calls`;
  assert.ok(state === "finished" && outcome !== undefined && attempt <= MAX_ATTEMPTS, facts);
  assert.ok((calls[name] ?? 0) <= MAX_ATTEMPTS, facts);
}

test("whatever a task and its callbacks throw and return, its jobs end after their attempts", async () => {
  await forHostile(60, async () => {
    calls = {};
    const { scheduler, clock } = setUp({ tasks });
    await using _ = scheduler;
    const jobs = [];
    for (const one of tasks) jobs.push({ name: one.name, job: await scheduler.addJob(one) });
    await scheduler.startInBackground();
    await clock.advance({ minutes: 1 });
    for (const { name, job } of jobs) await assertEnded(job, name);
    const logged = await jobs.at(-1)!.job.status();
    assert.equal(logged.outcome, "success", "what is only logged fails no job");
  });
});

test("whatever one job of a batch ends with, the others succeed", async () => {
  await forHostile(30, async () => {
    const double = task({
      name: "double",
      maxRunningJobs: null,
      batch: { size: 3, within: { milliseconds: 5 } },
      run: (inputs: readonly unknown[]) => inputs.map((n) => n === 2 ? made() : n),
      input: schema<unknown>((value) => ({ value })),
    });
    const { scheduler, clock } = setUp({ tasks: [double] });
    await using _ = scheduler;
    const jobs = await scheduler.addJobs([1, 2, 3].map((input) => ({ task: double, input, options: {} })));
    await scheduler.startInBackground();
    await clock.advance({ minutes: 1 });
    const outcomes = await Promise.all(jobs.map(async (job) => (await job.status()).outcome));
    assert.deepEqual([outcomes[0], outcomes[2]], ["success", "success"]);
    assert.ok(outcomes[1] !== undefined);
  });
});

test("whatever an input's schema throws and returns when a job runs, the job is parked or ends", async () => {
  await forHostile(20, async () => {
    for (const hostile of [throws, returns]) {
      let isHostile = false;
      const picky = task({
        name: "picky",
        input: schema<unknown>((value) => isHostile ? hostile() : { value }),
        run: () => 1,
      });
      const { scheduler, clock } = setUp({ tasks: [picky] });
      await using _ = scheduler;
      const job = await scheduler.addJob(picky, 1);
      isHostile = true;
      await scheduler.startInBackground();
      await clock.advance({ minutes: 1 });
      const { state } = await job.status();
      assert.ok(state === "parked" || state === "finished", state);
    }
  });
});

test("whatever listeners, loggers, brokers, serializers and executors throw and return, jobs end and loops continue", async () => {
  await forHostile(40, async () => {
    calls = {};
    for (const hostile of [throws, returns]) {
      const lines: Logger = {
        debug: hostile,
        info: hostile,
        warn: hostile,
        error: hostile,
        isLevelEnabled: hostile,
      };
      const broker: EventBroker = {
        kind: "hostile",
        connect: () => Promise.resolve({ publish: hostile, close: hostile }),
      };
      let value: never;
      const executor: Executor = {
        kind: "hostile",
        canTerminate: true,
        run: hostile,
        free: () => typeof (value = hostile()) === "number" ? 1 : value,
        terminate: hostile,
        close: hostile,
      };
      const elsewhere = task({ name: "elsewhere", retry, executor: "hostile", run: () => 1 });
      const { scheduler, clock } = setUp({
        tasks: [quick, elsewhere],
        logger: lines,
        broker,
        executors: {
          default: { kind: "here", canTerminate: false, run: ({ call }) => call() },
          hostile: executor,
        },
      });
      await using _ = scheduler;
      scheduler.subscribe(hostile);
      await scheduler.startInBackground();
      const job = await scheduler.addJob(elsewhere);
      await clock.advance({ minutes: 1 });
      await assertEnded(job, "elsewhere");
      const after = await scheduler.addJob(quick);
      await clock.advance({ minutes: 1 });
      assert.equal((await after.status()).outcome, "success");
    }
    for (const serializer of [{ ...richJson, serialize: throws }, { ...richJson, serialize: returns }]) {
      const { scheduler, clock } = setUp({ tasks: [quick], serializer: { ...serializer, name: "hostile" } });
      await using _ = scheduler;
      const job = await scheduler.addJob(quick);
      await scheduler.startInBackground();
      await clock.advance({ minutes: 1 });
      await assertEnded(job, "quick");
    }
  });
});

test("whatever a trigger throws and returns, its schedule fails or fires and the others continue", async () => {
  await forHostile(40, async () => {
    const { scheduler, clock } = setUp({ tasks: [quick] });
    await using _ = scheduler;
    triggerMode = "fine";
    await scheduler.addSchedule(quick, custom({}), { id: "hostile" });
    await scheduler.addSchedule(quick, interval({ seconds: 1 }), { id: "fine" });
    await scheduler.startInBackground();
    for (const mode of ["throws", "returns"] as const) {
      triggerMode = mode;
      const before = (await (await scheduler.getSchedule("fine")).get()).counters.runs;
      await clock.advance({ seconds: 10 });
      const { counters } = await (await scheduler.getSchedule("fine")).get();
      assert.ok(counters.runs - before >= 9, `${counters.runs - before} runs while a trigger ${mode}`);
    }
    const { status } = await (await scheduler.getSchedule("hostile")).get();
    assert.notEqual(status, "active");
  });
});

const methods = [
  "claimJobs",
  "endJobs",
  "dueSchedules",
  "advanceSchedules",
  "heartbeat",
  "getTasks",
  "getJobs",
  "putLogs",
];

test("whatever a store throws, at once or later, the loops go on once it works", async () => {
  await forHostile(20, async () => {
    const faults: readonly (readonly [() => Promise<never>, readonly string[]])[] = [
      [throws, methods],
      [() => Promise.reject(make(recipe)), ["dueSchedules"]],
    ];
    for (const [fault, failing] of faults) {
      const { store, control } = faulty(memory());
      const { scheduler, clock } = setUp({ store, tasks: [quick] });
      await using _ = scheduler;
      await scheduler.addSchedule(quick, interval({ seconds: 1 }), { id: "fine" });
      await scheduler.startInBackground();
      control.fault = (method) => failing.includes(method) ? fault() : undefined;
      await clock.advance({ seconds: 20 });
      control.fault = undefined;
      const job = await scheduler.addJob(quick);
      await clock.advance({ seconds: 30 });
      assert.equal((await job.status()).outcome, "success");
      const { status, counters } = await (await scheduler.getSchedule("fine")).get();
      assert.deepEqual([status, counters.runs >= 15], ["active", true], `${counters.runs} runs`);
    }
  });
});
