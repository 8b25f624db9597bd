import assert from "node:assert/strict";
import process from "node:process";
import { libsql } from "../../../src/stores/libsql.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { task } from "../../../src/registry/task.ts";
import { test } from "../../harness.ts";
import { type Child, startChild } from "../../stores/child_process.ts";
import { withFile } from "../../folders.ts";

function start(url: string, what: string): Child {
  return startChild("../scheduler/lifecycle/scheduler_child.ts", [url, what]);
}

function signal(child: Child, name: "SIGINT" | "SIGTERM" | "SIGKILL"): void {
  process.kill(child.process.pid!, name);
}

test("runUntilStopped() drains at SIGTERM and the process ends by itself", async () => {
  const child = start("memory", "short");
  await child.until("started");
  signal(child, "SIGTERM");
  assert.equal(await child.ended, 0);
  const after = child.lines.slice(child.lines.indexOf("started short"));
  assert.deepEqual(after, [
    "started short",
    "schedulerStopping",
    "finished",
    "jobFinished",
    "schedulerStopped",
    "end",
  ]);
});

test("a second signal to runUntilStopped() aborts what still runs and hands it back", async () => {
  const child = start("memory", "long");
  await child.until("started");
  signal(child, "SIGINT");
  await child.until("schedulerStopping");
  signal(child, "SIGTERM");
  assert.equal(await child.ended, 0);
  const after = child.lines.slice(child.lines.indexOf("schedulerStopping"));
  assert.deepEqual(after, [
    "schedulerStopping",
    "aborted schedulerStopped",
    "jobHandedBack",
    "schedulerStopped",
    "end",
  ]);
});

test("startInBackground({ keepAlive: false }) lets the process end", async () => {
  const child = start("memory", "unref");
  assert.equal(await child.ended, 0);
  assert.deepEqual(child.lines, ["schedulerStarting", "schedulerStarted", "end"]);
});

test("a script that only awaits runJob() ends by itself, on a file too", async () => {
  await withFile(async (url) => {
    const child = start(url, "solo");
    assert.equal(await child.ended, 0);
    assert.deepEqual(child.lines, ["started short", "finished", "jobFinished", "end"]);
  });
});

test("the work of a process that is certainly dead is taken over at once", async () => {
  await withFile(async (url) => {
    const child = start(url, "long");
    await child.until("started");
    signal(child, "SIGKILL");
    await child.ended;
    const { promise, resolve } = Promise.withResolvers<void>();
    const hold = task({ name: "hold", run: () => resolve() });
    await using scheduler = new Scheduler({ store: libsql(url), tasks: [hold] });
    const buried: string[] = [];
    scheduler.subscribe((event) => void buried.push(event.type), { types: "schedulerTakenOver" });
    const before = performance.now();
    await scheduler.startInBackground();
    await promise;
    assert.ok(performance.now() - before < 5000, "long before its lease has run out");
    const { attempt, outcome } = await scheduler.getJobResult("long").then(() => scheduler.getJob("long"));
    assert.deepEqual([buried, attempt, outcome], [["schedulerTakenOver"], 1, "success"]);
  });
});
