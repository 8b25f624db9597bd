import assert from "node:assert/strict";
import { memory } from "../../../src/stores/memory.ts";
import { task } from "../../../src/registry/task.ts";
import type { ReportProgress } from "../../../src/context/task_context.ts";
import { sleep } from "../../../src/time/clock.ts";
import { test } from "../../harness.ts";
import { faulty, settle, setUp } from "../fixtures.ts";

test("progress() is stored and told, the first at once and the last in any case", async () => {
  const copy = task({
    name: "copy",
    async run(_input, { progress }) {
      for (let done = 1; done <= 10; done++) {
        progress({ done, total: 10 }, `file ${done}`);
        await sleep(clock, 100);
      }
    },
  });
  const { scheduler, clock, events } = setUp({ tasks: [copy] });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const handle = await scheduler.addJob(copy);
  await clock.advance({ milliseconds: 50 });
  assert.equal((await handle.status()).progress?.done, 1);
  await clock.advance({ seconds: 2 });
  const told = events.flatMap((event) => event.type === "jobProgress" ? [event.progress.done] : []);
  assert.deepEqual(told, [1, 5, 10]);
  assert.deepEqual((await handle.status()).progress?.message, "file 10");
});

test("progress() in a tight loop makes few writes", async () => {
  const { store, calls } = faulty(memory());
  const tight = task({
    name: "tight",
    run(_input, { progress }) {
      for (let done = 0; done < 100_000; done++) progress({ done, total: 100_000 });
    },
  });
  const { scheduler } = setUp({ store, tasks: [tight] });
  await using _ = scheduler;
  await scheduler.runJob(tight);
  assert.ok(calls.filter((call) => call === "putProgress").length <= 2);
});

test("progress() after the job has ended, or on a store that fails, does no harm", async () => {
  const { store, control } = faulty(memory());
  let leaked: ReportProgress | undefined;
  const leaky = task({
    name: "leaky",
    run(_input, { progress }) {
      leaked = progress;
      progress(0.5);
      return "done";
    },
  });
  const { scheduler, clock, types } = setUp({ store, tasks: [leaky] });
  await using _ = scheduler;
  control.fault = (method) => method === "putProgress" ? Promise.reject(new Error("full")) : undefined;
  assert.equal(await scheduler.runJob(leaky), "done");
  control.fault = undefined;
  leaked?.(0.9);
  await settle(clock);
  assert.deepEqual(types("jobProgress"), []);
  assert.equal(clock.pendingTimers, 0);
});

test("log lines become events and go to the logger with the job's id", async () => {
  const lines: unknown[] = [];
  const line = (level: string) => (message: string, fields?: object) => {
    if (message === "sending") lines.push([level, fields]);
  };
  const chatty = task({
    name: "chatty",
    run(_input, { log }) {
      log.warn("sending", { userId: "ada" });
    },
  });
  const { scheduler, events } = setUp({
    tasks: [chatty],
    logger: { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") },
  });
  await using _ = scheduler;
  await scheduler.runJob(chatty, undefined, { id: "j" });
  assert.deepEqual(lines, [["warn", { job: "j", task: "chatty", userId: "ada" }]]);
  const told = events.find((event) => event.type === "jobLog");
  assert.ok(told?.type === "jobLog");
  assert.deepEqual([told.level, told.message, told.fields], ["warn", "sending", { userId: "ada" }]);
});

test("a logger that throws stops nothing", async () => {
  const fail = () => {
    throw new Error("disk full");
  };
  const fine = task({
    name: "fine",
    run(_input, { log }) {
      log.info("x");
      return "fine";
    },
  });
  const { scheduler, clock } = setUp({
    tasks: [fine],
    logger: { debug: fail, info: fail, warn: fail, error: fail },
  });
  await using _ = scheduler;
  await scheduler.startInBackground();
  const running = scheduler.runJob(fine);
  await settle(clock);
  assert.equal(await running, "fine");
});
