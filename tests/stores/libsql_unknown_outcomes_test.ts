import assert from "node:assert/strict";
import type { ClaimRequest } from "../../src/stores/job_store.ts";
import { libsql, type LibsqlStore } from "../../src/stores/libsql.ts";
import {
  newJob,
  schedulerWrite,
  scheduleWrite,
  taskWrite,
  versionOf,
} from "../../src/testing/store_conformance/records.ts";
import { sleep } from "../../src/time/clock.ts";
import { systemClock } from "../../src/time/system_clock.ts";
import { UnrulyProxy } from "../chaos/unruly_proxy.ts";
import { test } from "../harness.ts";
import { LibsqlServer, noServer } from "./server.ts";

const success = { to: "finished", outcome: "success", value: null, error: null, keepMs: null } as const;

interface Setting {
  readonly store: LibsqlStore;
  readonly server: LibsqlServer;
  readonly proxy: UnrulyProxy;
  readonly request: ClaimRequest;
}

/** A store on a server behind a connection that can fail, with a scheduler registered. */
function unreliable(name: string, body: (setting: Setting) => Promise<void>): void {
  test(name + (noServer ?? ""), async () => {
    const server = await LibsqlServer.start();
    const proxy = await UnrulyProxy.start(server.host);
    const store = libsql(`http://${proxy.host}`);
    try {
      await store.open({ clock: systemClock });
      await store.putTasks([taskWrite("mail", { maxRunningJobs: null })]);
      const { incarnation } = await store.registerScheduler(schedulerWrite(["mail"]));
      await body({
        store,
        server,
        proxy,
        request: { incarnation, tasks: [{ name: "mail", version: 1 }], limit: 10 },
      });
    } finally {
      await store.close();
      await proxy.end();
      await server.end();
    }
  }, { ignore: noServer !== undefined });
}

unreliable("endJobs() whose answer is lost is asked again, and answers that it held", async (setting) => {
  const { store, proxy, request } = setting;
  const { incarnation } = request;
  await store.addJobs([newJob("a")]);
  const { claimed: [job] } = await store.claimJobs(request);
  proxy.behave("losesOneAnswer");
  const fence = { seq: job!.seq, incarnation, claimNumber: job!.claimNumber };
  assert.deepEqual(await store.endJobs([{ fence, transition: success }]), [true]);
  const [stored] = await store.getJobs({});
  assert.deepEqual([stored!.outcome, stored!.attempt, stored!.claimNumber], ["success", 1, 1]);
});

unreliable(
  "claimJobs() whose answer is lost gives the jobs to nobody else, and the next beat tells of them",
  async (setting) => {
    const { store, proxy, request } = setting;
    await store.addJobs([newJob("a"), newJob("b")]);
    proxy.behave("losesOneAnswer");
    const { claimed } = await store.claimJobs(request);
    assert.deepEqual(claimed, [], "asked again there was nothing left to take");
    const { owned } = await store.heartbeat(request.incarnation, 30_000);
    assert.deepEqual(owned.map(({ claimNumber }) => claimNumber), [1, 1]);
    const handBack = { to: "handBack", lostLease: false } as const;
    const endings = owned.map(({ seq, claimNumber }) => ({
      fence: { seq, claimNumber, incarnation: request.incarnation },
      transition: handBack,
    }));
    assert.deepEqual(await store.endJobs(endings), [true, true]);
    const again = await store.claimJobs(request);
    assert.deepEqual(again.claimed.map(({ id, claimNumber, attempt }) => [id, claimNumber, attempt]), [[
      "a",
      2,
      1,
    ], ["b", 2, 1]]);
  },
);

unreliable(
  "claimJobs() with ends whose answer is lost has ended the runs, and the next beat tells of what it took",
  async ({ store, proxy, request }) => {
    const { incarnation } = request;
    await store.updateTask("mail", { overrides: { maxRunningJobs: 1 } });
    await store.addJobs([newJob("a"), newJob("b")]);
    const { claimed: [job] } = await store.claimJobs(request);
    const fence = { seq: job!.seq, incarnation, claimNumber: job!.claimNumber };
    proxy.behave("losesOneAnswer");
    const { claimed, held } = await store.claimJobs(request, [{ fence, transition: success }]);
    assert.deepEqual([claimed, held], [[], [true]], "asked again the only slot was taken");
    const { owned } = await store.heartbeat(incarnation, 30_000);
    assert.deepEqual(owned.map(({ id, claimNumber }) => [id, claimNumber]), [["b", 1]]);
  },
);

unreliable("advanceSchedules() whose answer is lost moves its schedule on once", async ({ store, proxy }) => {
  const [schedule] = await store.writeSchedules({
    puts: [{ expected: null, schedule: scheduleWrite("s", { nextFireTimeMs: 1 }) }],
  }) ?? [];
  const advance = {
    expected: versionOf(schedule!),
    expectedUnfinishedJobs: null,
    schedule: scheduleWrite("s", { nextFireTimeMs: 2, lastFireTimeMs: 1 }),
    jobs: [newJob("fire", { scheduleSeq: schedule!.seq, scheduleId: "s", fireTimeMs: 1 })],
  };
  proxy.behave("losesOneAnswer");
  await store.advanceSchedules([advance]);
  assert.deepEqual(await store.advanceSchedules([advance]), [false]);
  const [after] = await store.getSchedules({});
  assert.deepEqual([after!.nextFireTimeMs, after!.version], [2, schedule!.version + 1]);
  assert.deepEqual((await store.getJobs({})).map(({ id }) => id), ["fire"]);
});

unreliable(
  "claims and ends lose nothing and double nothing when the server is killed in their midst",
  async (setting) => {
    const { store, server, request } = setting;
    const { incarnation } = request;
    const given: string[] = [];
    const ended = new Map<string, number>();
    let [count, stopped] = [0, false];
    let onEnd = (): void => {};
    const work = async () => {
      while (!stopped) {
        await store.addJobs([newJob(`job-${++count}`)]).catch(() => {});
        const { claimed } = await store.claimJobs({ ...request, limit: 3 }).catch(() => ({ claimed: [] }));
        for (const { id, seq, claimNumber } of claimed) {
          given.push(`${id} ${claimNumber}`);
          const ending = { fence: { seq, incarnation, claimNumber }, transition: success };
          const [held] = await store.endJobs([ending]).catch(() => [undefined]);
          if (held) ended.set(id, claimNumber);
          onEnd();
        }
      }
    };
    const workers = Array.from({ length: 6 }, work);
    for (const delayMs of [0, 8, 17, 29]) {
      const wanted = ended.size + 5;
      await new Promise<void>((resolve) => onEnd = () => ended.size >= wanted ? resolve() : undefined);
      // real time: the server is killed while it works
      await sleep(systemClock, delayMs);
      await server.kill();
      await server.restart();
    }
    stopped = true;
    await Promise.all(workers);
    const jobs = await store.getJobs({});
    assert.equal(new Set(given).size, given.length, "no claim was given twice");
    for (const [id, claimNumber] of ended) {
      const job = jobs.find((stored) => stored.id === id);
      assert.deepEqual([job?.outcome, job?.claimNumber], ["success", claimNumber], id);
    }
    // What was taken while the result was lost is known to the store, so that a beat can hand it back.
    const { owned } = await store.heartbeat(incarnation, 30_000);
    assert.equal(owned.length, jobs.filter(({ state }) => state === "running").length);
    assert.deepEqual(await store.integrity(), []);
  },
);
