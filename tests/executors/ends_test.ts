/** Threads and processes that end, or hang, when nothing runs in them. */
import assert from "node:assert/strict";
import process from "node:process";
import { VirtualClock } from "../../src/time/virtual_clock.ts";
import { test } from "../harness.ts";
import { holds, where } from "./pool_tasks.ts";
import { errorOf, isAlive, modules, pools, start } from "./pools.ts";

for (const [name, makePool] of Object.entries(pools)) {
  test(`${name}() reports how a place ended while it imported its modules, and opens another`, async () => {
    const exiting = new URL("./exiting_module.ts", import.meta.url);
    await using scheduler = await start(makePool({ modules: [exiting], max: 1 }));
    for (let i = 0; i < 2; i++) {
      const { code, message } = await errorOf(scheduler, await scheduler.addJob(where));
      assert.equal(code, "executorFailed");
      assert.match(message ?? "", /'where' ended with code 7 while it imported the executor's modules/);
    }
  });

  test(`${name}() does not wait forever for a module that is never done`, async () => {
    const endless = new URL("./endless_module.ts", import.meta.url);
    const clock = new VirtualClock();
    await using scheduler = await start(makePool({ modules: [endless], max: 1, clock }));
    const job = await scheduler.addJob(where);
    while (clock.pendingTimers === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance({ seconds: 60 });
    const { code, message } = await errorOf(scheduler, job);
    assert.deepEqual([code, /had not imported .* after 60 s/.test(message ?? "")], ["executorFailed", true]);
    assert.equal(clock.pendingTimers, 0);
  });

  test(`${name}() lets a job that is cancelled while a place starts go at once`, async () => {
    const endless = new URL("./endless_module.ts", import.meta.url);
    const clock = new VirtualClock();
    await using scheduler = await start(makePool({ modules: [endless], max: 1, clock }));
    const job = await scheduler.addJob(where);
    while (clock.pendingTimers === 0) await new Promise((resolve) => setImmediate(resolve));
    await job.cancel("not needed");
    assert.equal((await errorOf(scheduler, job)).outcome, "cancelled");
  });
}

test("processes() runs a job elsewhere whose process was killed while it was idle, using no attempt", async () => {
  await using scheduler = await start(pools["processes"]!({ modules, max: 1 }));
  for (let i = 0; i < 5; i++) {
    const first = await scheduler.runJob(where);
    process.kill(first.pid, "SIGKILL");
    const job = await scheduler.addJob(where);
    const second = await job.result();
    assert.notEqual(second.pid, first.pid);
    assert.equal((await job.status()).attempt, 1);
  }
});

test("removeExecutor() lets idle processes go, and busy ones after their job", async () => {
  const pool = pools["processes"]!({ modules, max: 2 });
  await using scheduler = await start(pool);
  const logged = scheduler.events("jobLog");
  const idle = await scheduler.runJob(where);
  const busy = await scheduler.addJob(holds);
  const { value } = await logged.next();
  await logged.return?.();
  const spare = await scheduler.addJob(where);
  const { pid } = await spare.result();
  assert.equal(idle.pid, Number(value?.fields?.["pid"]));
  await scheduler.removeExecutor("tested");
  assert.deepEqual([isAlive(pid), isAlive(idle.pid), (await busy.status()).state], [false, true, "running"]);
  assert.equal((await errorOf(scheduler, await scheduler.addJob(where))).code, "unknownExecutor");
  await busy.cancel();
  assert.equal((await errorOf(scheduler, busy)).outcome, "cancelled");
  await pool.close?.();
  assert.equal(isAlive(idle.pid), false);
});
