import assert from "node:assert/strict";
import process from "node:process";
import { eventLoop } from "../../src/executors/event_loop.ts";
import type { PoolOptions } from "../../src/executors/pool/pool_options.ts";
import { VirtualClock } from "../../src/time/virtual_clock.ts";
import { task } from "../../src/registry/task.ts";
import { cbor } from "../../src/serializers/cbor.ts";
import { richJson } from "../../src/serializers/rich_json.ts";
import { test } from "../harness.ts";
import { crashes, deaf, exits, grows, holds, rejects, Undone, where } from "./pool_tasks.ts";
import { errorOf, isAlive, modules, pidsOf, pools, start } from "./pools.ts";

for (const [name, makePool] of Object.entries(pools)) {
  test(`${name}() runs in another thread or process, and reuses it`, async () => {
    await using scheduler = await start(makePool({ modules, max: 1 }));
    const first = await scheduler.runJob(where);
    assert.notDeepEqual(first, { pid: process.pid, threadId: 0 });
    assert.equal(first.pid === process.pid, name === "worker");
    assert.deepEqual(await scheduler.runJob(where), first);
  });

  test(`${name}() fails the job of a place that ends, and opens another`, async () => {
    await using scheduler = await start(makePool({ modules, max: 1 }));
    const { outcome, code, message } = await errorOf(scheduler, await scheduler.addJob(exits));
    assert.deepEqual([outcome, code], ["error", "executorFailed"]);
    assert.match(message ?? "", /(worker thread|child process) \d+ .*'exits' ended with code 3/);
    assert.ok(await scheduler.runJob(where));
  });

  test(`${name}() reports an uncaught error`, async () => {
    await using scheduler = await start(makePool({ modules, max: 1 }));
    const wild = await errorOf(scheduler, await scheduler.addJob(crashes));
    assert.deepEqual([wild.code, wild.cause?.name, wild.cause?.code], [
      "executorFailed",
      "TypeError",
      "E_WILD",
    ]);
    assert.match(wild.message ?? "", /nobody caught this/);
    const { code, cause } = await errorOf(scheduler, await scheduler.addJob(rejects));
    assert.deepEqual([code, cause?.name], ["executorFailed", "RangeError"]);
  });

  test(`${name}() tries a job again whose place has ended, where attempts are left`, async () => {
    await using scheduler = await start(makePool({ modules, max: 1 }));
    const retry = { maxAttempts: 2, base: { milliseconds: 1 } };
    const job = await scheduler.addJob(exits, undefined, { retry });
    await errorOf(scheduler, job);
    assert.equal((await job.status()).attempt, 2);
  });

  test(`${name}() is recycled after so many jobs`, async () => {
    await using scheduler = await start(makePool({ modules, max: 1, recycleAfter: { jobs: 2 } }));
    const places = [];
    for (let i = 0; i < 4; i++) places.push(JSON.stringify(await scheduler.runJob(where)));
    assert.equal(places[0], places[1]);
    assert.notEqual(places[1], places[2]);
    assert.equal(places[2], places[3]);
  });

  test(`${name}() is recycled when it uses so much memory`, async () => {
    const bytes = name === "worker" ? 60_000_000 : 180_000_000;
    await using scheduler = await start(makePool({ modules, max: 1, recycleAfter: { bytes } }));
    const first = await scheduler.runJob(grows, 1);
    assert.deepEqual(await scheduler.runJob(grows, 6_000_000), first);
    assert.notDeepEqual(await scheduler.runJob(grows, 1), first);
  });

  test(`${name}() opens no more than max, and lets further jobs wait without using their time up`, async () => {
    // Asked for by the jobs: how full the executor of a job is, is looked at where its task asks for it.
    const executors = { loop: eventLoop(), tested: makePool({ modules, max: 2 }) };
    await using scheduler = await start(executors.tested, { executors });
    const executor = "tested";
    const held = scheduler.events("jobLog");
    const [first, second] = [
      await scheduler.addJob(holds, undefined, { executor }),
      await scheduler.addJob(holds, undefined, { executor }),
    ];
    await held.next();
    await held.next();
    const third = await scheduler.addJob(where, undefined, { executor, timeout: { milliseconds: 300 } });
    const fourth = await scheduler.addJob(where, undefined, { executor });
    await fourth.cancel("not needed");
    assert.equal((await errorOf(scheduler, fourth)).outcome, "cancelled");
    // real time: longer than its timeout, as it waits in the pool
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.equal((await third.status()).state, "running");
    await first.cancel();
    assert.ok(await third.result());
    await second.cancel();
    await held.return?.();
  });

  test(`${name}() leaves jobs beyond max to other schedulers`, async () => {
    await using scheduler = await start(makePool({ modules, max: 2 }));
    const held = scheduler.events("jobLog");
    const jobs = await scheduler.addJobs(holds, [undefined, undefined, undefined]);
    for (let i = 0; i < 2; i++) await held.next();
    assert.equal((await scheduler.getTask(holds)).runningJobs, 2);
    for (const job of jobs) {
      await job.cancel();
      await errorOf(scheduler, job);
    }
    await held.return?.();
  });

  test(`${name}() ends what was idle for so long, but for min`, async () => {
    const clock = new VirtualClock();
    const pool = makePool({ modules, min: 1, max: 2, idleTimeout: { seconds: 30 }, clock });
    await using scheduler = await start(pool);
    const places = async () => {
      const both = await Promise.all([scheduler.runJob(where), scheduler.runJob(where)]);
      return new Set(both.map((place) => JSON.stringify(place)));
    };
    const before = await places();
    assert.equal(before.size, 2);
    await clock.advance({ seconds: 29 });
    assert.deepEqual(await places(), before);
    await clock.advance({ seconds: 30 });
    assert.equal(before.intersection(await places()).size, 1);
  });

  test(`${name}() names the fix for a task that its modules do not export`, async () => {
    const lost = task({ name: "wher", run() {} });
    await using scheduler = await start(makePool({ modules }), { tasks: [lost, new Undone()] });
    const { code, message } = await errorOf(scheduler, await scheduler.addJob(lost));
    assert.equal(code, "unknownTask");
    assert.match(message ?? "", /pool_tasks\.ts.*did you mean 'where'.*'modules'/);
    const { message: undone } = await errorOf(scheduler, await scheduler.addJob(Undone.prototype.run));
    assert.match(undone ?? "", /without an instance/);
  });

  test(`${name}() says which module cannot be imported`, async () => {
    const missing = new URL("./missing.ts", import.meta.url);
    await using scheduler = await start(makePool({ modules: [missing], max: 1 }));
    for (let i = 0; i < 2; i++) {
      const { code, message } = await errorOf(scheduler, await scheduler.addJob(where));
      assert.equal(code, "taskModuleFailed");
      assert.match(message ?? "", /missing\.ts/);
    }
  });

  test(`${name}() stores with the scheduler's serializer, once a module exports it`, async () => {
    await using scheduler = await start(makePool({ modules, max: 1 }), { serializer: cbor });
    assert.ok(await scheduler.runJob(where));
    const serializer = { ...richJson, name: "mine" };
    await using other = await start(makePool({ modules, max: 1 }), { serializer });
    const { code, message } = await errorOf(other, await other.addJob(where));
    assert.equal(code, "serializationFailed");
    assert.match(message ?? "", /'mine'.*export it/);
  });

  test(`${name}() is left clean by a stop that aborts running jobs`, async () => {
    const scheduler = await start(makePool({ modules, max: 2 }));
    const pids = pidsOf(scheduler, 2);
    const jobs = [await scheduler.addJob(holds), await scheduler.addJob(holds)];
    const children = (await pids).filter((pid) => pid !== process.pid);
    assert.equal(children.length, name === "worker" ? 0 : 2);
    await scheduler.stop({ drain: false });
    for (const job of jobs) {
      const { state, attempt } = await job.status();
      assert.deepEqual([state === "running", attempt], [false, 0], "it was handed back");
    }
    assert.deepEqual(children.filter(isAlive), []);
  });

  test(`${name}() terminates a job that waits forever, and opens another place`, async () => {
    await using scheduler = await start(makePool({ modules, max: 1 }));
    const first = await scheduler.runJob(where);
    const job = await scheduler.addJob(deaf, undefined, { timeout: { milliseconds: 20 } });
    const { outcome, message, details } = await errorOf(scheduler, job);
    assert.deepEqual([outcome, details], ["timedOut", { endedBy: "terminate" }]);
    assert.match(message ?? "", /was terminated, as it ignored its signal$/);
    assert.notDeepEqual(await scheduler.runJob(where), first);
  });

  test(`${name}() refuses options that do not fit`, () => {
    const refused = [
      [{ modules: [] }, /'modules'.*list of URLs/],
      [{ modules: ["./tasks.ts"] }, /must hold URLs; write new URL/],
      [{ modules, max: 0 }, /'max'.*at least 1/],
      [{ modules, min: 3, max: 2 }, /'min'.*'max'/],
      [{ modules, idleTimeout: { months: 1 } }, /'idleTimeout'.*months/],
      [{ modules, recycleAfter: { job: 1 } }, /'job'.*did you mean 'jobs'/],
    ] as const;
    for (const [options, message] of refused) {
      assert.throws(() => makePool(options as unknown as PoolOptions), message);
    }
  });
}

test("processes() fails the job of a child that was killed, saying so", async () => {
  await using scheduler = await start(pools["processes"]!({ modules, max: 1 }));
  const pids = pidsOf(scheduler, 1);
  const job = await scheduler.addJob(holds);
  const [pid = 0] = await pids;
  process.kill(pid, "SIGKILL");
  const { code, message } = await errorOf(scheduler, job);
  assert.equal(code, "executorFailed");
  assert.match(message ?? "", new RegExp(`child process ${pid} .*by SIGKILL`));
});
