import assert from "node:assert/strict";
import { isCarillonError } from "../errors.ts";
import type { CarillonEvent } from "../events/event.ts";
import type { Executor } from "../executors/executor.ts";
import { Scheduler } from "../scheduler/scheduler.ts";
import { memory } from "../stores/memory.ts";
import * as tasks from "./executor_conformance/tasks.ts";

/** Options of {@linkcode executorConformance}. */
export interface ExecutorConformanceOptions {
  /** Registers one test: the runner's own function, or one that puts the executor's name in front. */
  readonly test: (name: string, body: () => Promise<void>) => void;
  /** Makes an executor; `modules` export the suite's tasks, for an executor that imports them in a thread or process. */
  readonly makeExecutor: (modules: readonly URL[]) => Executor;
}

type Check = (
  scheduler: Scheduler,
  events: readonly CarillonEvent[],
  executor: Executor,
) => Promise<void>;

/**
 * Registers the tests that every executor must pass, with any test runner. They run a scheduler on the memory
 * store, in real time, as threads and processes know no other.
 *
 * @example
 * ```ts
 * import { eventLoop } from "carillon";
 * import { executorConformance } from "carillon/testing";
 *
 * const tests: string[] = [];
 * executorConformance({ test: (name) => tests.push(name), makeExecutor: () => eventLoop() });
 * console.assert(tests.length > 8);
 * ```
 */
export function executorConformance({ test, makeExecutor }: ExecutorConformanceOptions): void {
  const modules = [new URL("./executor_conformance/tasks.ts", import.meta.url)];
  for (const [name, check] of Object.entries(checks)) {
    test(name, () => runCheck(check, makeExecutor(modules)));
  }
}

async function runCheck(check: Check, executor: Executor): Promise<void> {
  const scheduler = new Scheduler({
    store: memory(),
    tasks: Object.values(tasks),
    executors: { tested: executor },
    abortGrace: { milliseconds: 500 },
    logger: false,
  });
  const events: CarillonEvent[] = [];
  scheduler.subscribe((event) => events.push(event));
  try {
    await scheduler.startInBackground();
    await check(scheduler, events, executor);
  } finally {
    await scheduler.stop();
  }
}

const checks: Readonly<Record<string, Check>> = {
  async "run() passes input and result on unchanged"(scheduler) {
    const value = { at: new Date(0), list: [1n, new Set(["a"])], nothing: undefined };
    assert.deepEqual(await scheduler.runJob(tasks.echo, value), value);
    assert.equal(await scheduler.runJob(tasks.echo, undefined), undefined);
  },
  async "run() applies the schemas of input and result once"(scheduler) {
    assert.equal(await scheduler.runJob(tasks.schemas, "four"), "5!");
  },
  async "run() gives local listeners the value and the error"(scheduler, events) {
    await scheduler.runJob(tasks.echo, 7);
    await assert.rejects(scheduler.runJob(tasks.fails));
    const [first, second] = events.flatMap((event) => event.type === "jobFinished" ? [event.local] : []);
    assert.equal(first?.value, 7);
    assert.ok(second?.error instanceof TypeError);
  },
  async "run() rejects with the error's name, message, code and causes"(scheduler) {
    const { error } = await failed(scheduler, tasks.fails);
    assert.deepEqual([error?.name, error?.message, error?.code], ["TypeError", "no such user", "E_USER"]);
    assert.deepEqual([error?.cause?.name, error?.cause?.cause?.message], ["RangeError", "the root"]);
    assert.match(error?.stack ?? "", /tasks\.ts/);
    assert.equal((await failed(scheduler, tasks.throwsText)).error?.message, "just a string");
  },
  async "run() fails a job whose result cannot be stored, naming where it is"(scheduler) {
    const { outcome, error } = await failed(scheduler, tasks.unstorable);
    assert.equal(outcome, "error");
    assert.equal(error?.code, "serializationFailed");
    assert.match(error?.message ?? "", /handle/);
  },
  async "run() gives each function its own job"(scheduler) {
    const handles = await Promise.all(
      ["a", "b", "c"].map((id) => scheduler.addJob(tasks.whoAmI, undefined, { id, metadata: { of: id } })),
    );
    for (const handle of handles) {
      const { ids, taskName, attempt, metadata, fire } = await handle.result();
      assert.deepEqual(ids, [handle.id, handle.id, handle.id]);
      assert.deepEqual([taskName, attempt, metadata, fire], ["whoAmI", 1, { of: handle.id }, undefined]);
    }
  },
  async "run() passes log lines and progress on"(scheduler, events) {
    await scheduler.runJob(tasks.reports);
    const lines = events.flatMap((event) => event.type === "jobLog" ? [event] : []);
    assert.deepEqual(lines.map(({ level, message }) => [level, message]), [
      ["debug", "one"],
      ["info", "two"],
      ["warn", "three"],
      ["error", "four"],
    ]);
    assert.deepEqual(lines[1]?.fields, { at: new Date(0), list: [1, "a"] });
    assert.match(String(lines[2]?.fields["error"]), /odd/);
    const { items: [job] } = await scheduler.getJobs({});
    assert.deepEqual([job?.progress?.done, job?.progress?.message], [4, "all"]);
  },
  async "run() passes the abort and its reason on"(scheduler, events) {
    const { outcome, error } = await failed(scheduler, tasks.waits);
    assert.deepEqual([outcome, error?.details], ["timedOut", { endedBy: "abort" }]);
    const [finished] = events.flatMap((event) => event.type === "jobFinished" ? [event] : []);
    assert.ok(isCarillonError(finished?.local?.error, "jobTimedOut"));
  },
  async "run() runs a batch in one call, with a result for each job"(scheduler, events) {
    const [one, bad, three] = await scheduler.addJobs(tasks.halves, [1, -1, 3]);
    assert.deepEqual([await one!.result(), await three!.result()], ["0.5 of 3", "1.5 of 3"]);
    await assert.rejects(bad!.result());
    assert.equal((await scheduler.getJobResult(bad!.id)).error?.name, "RangeError");
    const lines = events.flatMap((event) => event.type === "jobLog" ? [[event.jobId, event.message]] : []);
    assert.deepEqual(lines, [one, bad, three].map((job, i) => [job!.id, `half of ${[1, -1, 3][i]}`]));
  },
  async "terminate() ends a function that ignores its signal, or the job is stuck"(
    scheduler,
    events,
    executor,
  ) {
    const stuck = scheduler.events("jobStuck");
    const handle = await scheduler.addJob(tasks.deaf);
    if (executor.canTerminate) {
      await assert.rejects(handle.result(), (error) => isCarillonError(error, "jobTimedOut"));
      const { error } = await scheduler.getJobResult(handle.id);
      assert.deepEqual(error?.details, { endedBy: "terminate" });
      assert.equal(events.some(({ type }) => type === "jobStuck"), false);
    } else {
      const told = await Promise.race([stuck.next(), handle.result().catch(() => undefined)]);
      if (told !== undefined) assert.equal((await handle.status()).state, "running");
    }
    await stuck.return?.();
    // Draining would wait for the stuck job.
    await scheduler.stop({ drain: false });
  },
  async "close() releases everything, and the executor can be used again"(scheduler, _events, executor) {
    assert.equal(await scheduler.runJob(tasks.echo, 1), 1);
    await executor.close?.();
    await executor.close?.();
    assert.equal(await scheduler.runJob(tasks.echo, 2), 2);
  },
};

async function failed(scheduler: Scheduler, task: Parameters<Scheduler["addJob"]>[0]) {
  const handle = await scheduler.addJob(task);
  await assert.rejects(handle.result());
  return await scheduler.getJobResult(handle.id);
}
