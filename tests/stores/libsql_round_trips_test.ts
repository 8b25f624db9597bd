import assert from "node:assert/strict";
import { Scheduler } from "../../src/scheduler/scheduler.ts";
import { task } from "../../src/registry/task.ts";
import { libsql, type LibsqlStore } from "../../src/stores/libsql.ts";
import {
  newJob,
  schedulerWrite,
  scheduleWrite,
  taskWrite,
  versionOf,
} from "../../src/testing/store_conformance/records.ts";
import { VirtualClock } from "../../src/time/virtual_clock.ts";
import { test } from "../harness.ts";
import { CountingProxy } from "./counting_proxy.ts";
import { LibsqlServer, noServer } from "./server.ts";

const COUNT = 400;
const success = { to: "finished", outcome: "success", value: null, error: null, keepMs: null } as const;
const ids = Array.from({ length: COUNT }, (_, i) => `job-${i}`);

/** A store on a real server behind a proxy; time stands still, so that nothing but what is asked for is sent. */
function counted(name: string, body: (store: LibsqlStore, proxy: CountingProxy) => Promise<void>): void {
  test(name + (noServer ?? ""), async () => {
    const server = await LibsqlServer.start();
    const proxy = await CountingProxy.start(server.host);
    const store = libsql(`http://${proxy.host}`);
    try {
      await body(store, proxy);
    } finally {
      await store.close();
      await proxy.end();
      await server.end();
    }
  }, { ignore: noServer !== undefined });
}

counted(
  "libsql() adds, claims and ends the jobs of a moment in one round trip each",
  async (store, proxy) => {
    await store.open({ clock: new VirtualClock() });
    await store.putTasks([taskWrite("mail", { maxRunningJobs: null })]);
    const { incarnation } = await store.registerScheduler(schedulerWrite(["mail"]));
    const adding = () => Promise.all(ids.map((id) => store.addJobs([newJob(id)])));
    assert.equal(await proxy.during(adding), 1);
    const tasks = [{ name: "mail", version: 1 }];
    const claims = await Promise.all([
      proxy.during(async () => {
        const answers = await Promise.all(
          [100, 300].map((limit) => store.claimJobs({ incarnation, tasks, limit })),
        );
        assert.equal(answers.flatMap(({ claimed }) => claimed).length, COUNT);
      }),
    ]);
    assert.deepEqual(claims, [1]);
    const running = await store.getJobs({ states: ["running"] });
    const endings = running.map(({ seq, claimNumber }) => {
      return { fence: { seq, incarnation, claimNumber }, transition: success };
    });
    const ending = async () => {
      const answers = await Promise.all(endings.map((ending) => store.endJobs([ending])));
      assert.ok(answers.flat().every((held) => held));
    };
    assert.equal(await proxy.during(ending), 1);
  },
);

counted(
  "libsql() writes different calls of a moment in one round trip, and reads in one each",
  async (store, proxy) => {
    await store.open({ clock: new VirtualClock() });
    const mixed = () =>
      Promise.all([
        store.addJobs([newJob("a")]),
        store.putFact("one", "1"),
        store.putTasks([taskWrite("mail")]),
        store.writeSchedules({
          puts: [{ expected: null, schedule: scheduleWrite("s", { nextFireTimeMs: 1 }) }],
        }),
        store.registerScheduler(schedulerWrite(["mail"])),
      ]);
    assert.equal(await proxy.during(mixed), 1);
    assert.equal(await proxy.during(() => store.dueSchedules(10)), 1);
    const { due: [due] } = await store.dueSchedules(10);
    const advancing = () =>
      store.advanceSchedules([{
        expected: versionOf(due!.schedule),
        expectedUnfinishedJobs: 0,
        schedule: scheduleWrite("s", { nextFireTimeMs: 2 }),
        jobs: [newJob("fired", { scheduleSeq: due!.schedule.seq, fireTimeMs: 1 })],
      }]);
    assert.equal(await proxy.during(advancing), 1);
    assert.equal(await proxy.during(() => store.heartbeat(1, 30_000)), 1);
  },
);

counted(
  "addJob() by many callers of a scheduler is one round trip, and one that reads the tasks now and then",
  async (store, proxy) => {
    const noop = task({ name: "noop", run: () => 1 });
    await using scheduler = new Scheduler({
      store,
      tasks: [noop],
      role: "client",
      clock: new VirtualClock(),
    });
    await scheduler.open();
    await store.putTasks([taskWrite("noop")]);
    const adding = () => Promise.all(ids.map(() => scheduler.addJob(noop)));
    assert.deepEqual([await proxy.during(adding), await proxy.during(adding)], [2, 1]);
  },
);

counted("runJob() by many callers of a started scheduler is two round trips", async (store, proxy) => {
  const noop = task({ name: "noop", maxRunningJobs: null, run: () => 1 });
  const options = { maxConcurrentJobs: COUNT, clock: new VirtualClock() };
  await using scheduler = new Scheduler({ store, tasks: [noop], ...options });
  await scheduler.startInBackground();
  await scheduler.runJob(noop);
  await scheduler.runUntilIdle();
  const running = () => Promise.all(ids.map(() => scheduler.runJob(noop)));
  assert.equal(await proxy.during(running), 2, "one that adds and takes them, one that ends them");
});
