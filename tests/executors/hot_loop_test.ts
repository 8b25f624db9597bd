import assert from "node:assert/strict";
import { runtime, test } from "../harness.ts";
import { startChild } from "../stores/child_process.ts";
import { isAlive } from "./pools.ts";

const SCRIPT = "../executors/hot_loop_child.ts";

test("processes() kills a job that computes forever, and the record says so", async () => {
  const { lines, pid } = await run("processes", "times-out");
  assert.equal(lines[1], "ended timedOut terminate");
  assert.notEqual(lines[2], `next ${pid}`);
  assert.deepEqual(lines.slice(3), ["processor used false", "stopped"]);
  assert.equal(isAlive(pid), false);
});

test("worker() ends a job that computes forever, or on Deno reports that it is stuck and takes another thread", async () => {
  const { lines } = await run("worker", "times-out");
  const isStuck = runtime === "deno";
  assert.equal(lines[1], isStuck ? "ended stuck undefined" : "ended timedOut terminate");
  assert.deepEqual(lines.slice(3), [...isStuck ? [] : ["processor used false"], "stopped"]);
});

test("processes() leaves no child behind when the program exits, even one that computes", async () => {
  const { pid } = await run("processes", "exits");
  await gone(pid);
});

for (const job of ["holds", "hot"]) {
  test(`processes() leaves no child behind when the program is killed while its job ${job}`, async () => {
    const child = startChild("../executors/killed_child.ts", [job]);
    await child.until("pid");
    const pid = pidOf(child.lines);
    assert.equal(isAlive(pid), true);
    child.process.kill("SIGKILL");
    await child.ended;
    await gone(pid);
  });
}

/** Runs the program to its end. */
async function run(executor: string, end: string) {
  const child = startChild(SCRIPT, [executor, end]);
  assert.equal(await child.ended, 0);
  return { lines: child.lines, pid: pidOf(child.lines) };
}

function pidOf(lines: readonly string[]): number {
  return Number(lines[0]?.split(" ")[1]);
}

/** Real time: a process that has been told to end takes a moment, and tells nobody but its parent. */
async function gone(pid: number): Promise<void> {
  for (let i = 0; i < 250 && isAlive(pid); i++) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(isAlive(pid), false);
}
