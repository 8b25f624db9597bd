import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import type { JobEnding } from "../../src/model/job_record.ts";
import { task } from "../../src/registry/task.ts";
import { Scheduler } from "../../src/scheduler/scheduler.ts";
import type { DataStore } from "../../src/stores/data_store.ts";
import { libsql } from "../../src/stores/libsql.ts";
import { memory } from "../../src/stores/memory.ts";
import {
  newJob,
  schedulerWrite,
  scheduleWrite,
  TASK,
  taskWrite,
} from "../../src/testing/store_conformance/records.ts";
import { systemClock } from "../../src/time/system_clock.ts";
import { z } from "zod";
import { test } from "../harness.ts";
import { refusal } from "../scheduler/fixtures.ts";
import { freshFile } from "./fresh_file.ts";
import { LibsqlServer, noServer } from "./server.ts";

type Body = (store: DataStore) => Promise<void>;

const stores: Readonly<Record<string, { readonly ignore?: boolean; use(body: Body): Promise<void> }>> = {
  memory: { use: (body) => opened(memory(), body) },
  "a file": {
    async use(body) {
      const { folder, path } = await freshFile();
      await opened(libsql(`file:${path}`), body);
      await rm(folder, { recursive: true });
    },
  },
  "a server": {
    ignore: noServer !== undefined,
    async use(body) {
      const server = await LibsqlServer.start();
      try {
        await opened(libsql(`http://${server.host}`), body);
      } finally {
        await server.end();
      }
    },
  },
};

async function opened(store: DataStore, body: Body): Promise<void> {
  await store.open({ clock: systemClock });
  try {
    await body(store);
  } finally {
    await store.close();
  }
}

function onEveryStore(name: string, body: Body): void {
  for (const [kind, { use, ignore = false }] of Object.entries(stores)) {
    test(`${name}: ${kind}`, () => use(body), { ignore, timeLimitMs: 60_000 });
  }
}

/** A stored string of so many bytes, half of them quotes, which take twice the space in a list. */
function payload(bytes: number): string {
  return `json:${JSON.stringify('"'.repeat(bytes / 4)).padEnd(bytes - 5)}`;
}

function jobsOf(count: number, bytes: number) {
  return Array.from({ length: count }, (_, i) => newJob(`job-${i}`, { input: payload(bytes) }));
}

async function register(store: DataStore): Promise<number> {
  await store.putTasks([taskWrite(TASK, { maxRunningJobs: null })]);
  const { incarnation } = await store.registerScheduler(schedulerWrite([TASK]));
  return incarnation;
}

async function claimAll(store: DataStore, incarnation: number) {
  const claimed = [];
  for (let more = true; more;) {
    const answer = await store.claimJobs({ incarnation, tasks: [{ name: TASK, version: 1 }], limit: 1000 });
    claimed.push(...answer.claimed);
    more = answer.more;
  }
  return claimed;
}

onEveryStore("jobs with long inputs are claimed, several at a time", async (store) => {
  const incarnation = await register(store);
  await store.addJobs(jobsOf(12, 840_000));
  const claimed = await claimAll(store, incarnation);
  assert.deepEqual(claimed.map(({ id }) => id), jobsOf(12, 40).map(({ id }) => id));
  assert.ok(claimed.every(({ input }) => input?.length === 840_000));
});

onEveryStore(
  "jobs with long inputs and results are listed, ended, cancelled, retried and removed",
  async (store) => {
    const incarnation = await register(store);
    await store.addJobs(jobsOf(60, 200_000));
    const claimed = await claimAll(store, incarnation);
    const endings = claimed.slice(0, 40).map(({ seq, claimNumber }, i): JobEnding => ({
      fence: { seq, incarnation, claimNumber },
      transition: {
        to: "finished",
        outcome: "success",
        value: payload(300_000 + 4 * i),
        error: null,
        keepMs: null,
      },
    }));
    assert.ok((await store.endJobs(endings)).every(Boolean));
    const all = await store.getJobs({ order: "oldest" });
    assert.deepEqual(all.map(({ input }) => input?.length), all.map(() => 200_000));
    assert.deepEqual(
      all.slice(0, 40).map(({ value }) => value?.length),
      endings.map((_, i) => 300_000 + 4 * i),
    );
    const slim = await store.getJobs({ order: "oldest", payloads: false });
    assert.deepEqual(slim.map(({ id }) => id), all.map(({ id }) => id));
    assert.ok(slim.every(({ input, value }) => input === null && value === null));
    const ids = all.map(({ id }) => id);
    assert.equal((await store.cancelJobs(ids, { reason: "enough", keepMs: null })).requested.length, 20);
    assert.deepEqual(
      (await store.getJobs({ owner: incarnation, cancelRequested: true, payloads: false })).map(({ id }) =>
        id
      ),
      ids.slice(40).reverse(),
    );
    assert.equal((await store.retryJobs(ids)).length, 40);
    assert.equal((await store.cancelJobs(ids, { reason: "enough", keepMs: null })).cancelled.length, 40);
    assert.equal((await store.removeJobs(ids)).length, 40);
  },
);

onEveryStore("jobs with long inputs end where they miss their start deadline", async (store) => {
  const incarnation = await register(store);
  const late = jobsOf(520, 25_000).map((job) => ({ ...job, startDeadlineMs: 1 }));
  await store.addJobs([...late, newJob("good")]);
  let missed = 0;
  const ran: string[] = [];
  for (let more = true; more;) {
    const answer = await store.claimJobs({ incarnation, tasks: [{ name: TASK, version: 1 }], limit: 10 });
    missed += answer.missed.length;
    ran.push(...answer.claimed.map(({ id }) => id));
    more = answer.more;
  }
  assert.deepEqual([missed, ran], [520, ["good"]]);
});

onEveryStore("schedules with long inputs are due and advance together", async (store) => {
  const input = payload(120_000);
  const write = { input, nextFireTimeMs: 1000, taskName: TASK };
  const puts = Array.from(
    { length: 100 },
    (_, i) => ({ expected: null, schedule: scheduleWrite(`s${i}`, write) }),
  );
  assert.equal((await store.writeSchedules({ puts }))?.length, puts.length);
  const { due } = await store.dueSchedules(100);
  assert.equal(due.length, puts.length);
  assert.ok(due.every(({ schedule }) => schedule.input === input));
  const moved = await store.advanceSchedules(due.map(({ schedule }) => ({
    expected: schedule,
    expectedUnfinishedJobs: 0,
    schedule: { ...schedule, nextFireTimeMs: null },
    jobs: [newJob(`of-${schedule.id}`, { input, scheduleSeq: schedule.seq, scheduleId: schedule.id })],
  })));
  assert.deepEqual(moved, due.map(() => true));
  assert.equal((await store.getJobs({ payloads: false })).length, puts.length);
  assert.ok((await store.getSchedules({})).every((schedule) => schedule.input === input));
});

onEveryStore("a result that is too large ends its job as an error after one attempt", async (store) => {
  const long = task({
    name: "long",
    input: z.object({ length: z.number() }),
    run: ({ length }) => "x".repeat(length),
    retry: { maxAttempts: 5 },
  });
  await using scheduler = new Scheduler({ store, tasks: [long] });
  await scheduler.startInBackground();
  const fits = await scheduler.addJob(long, { length: 1_900_000 });
  assert.equal((await fits.result()).length, 1_900_000);
  const job = await scheduler.addJob(long, { length: 6_000_000 });
  await assert.rejects(job.result(), refusal("jobFailed", /maxResultBytes/));
  const { outcome, attempt, error } = (await scheduler.getJob(job.id))!;
  assert.deepEqual([outcome, attempt, error?.code], ["error", 1, "payloadTooLarge"]);
});

onEveryStore("an input that is too large is refused", async (store) => {
  const read = task({ name: "read", input: z.string(), run: () => {} });
  await using scheduler = new Scheduler({ store, tasks: [read] });
  await assert.rejects(
    scheduler.addJob(read, "x".repeat(2_000_001)),
    refusal("payloadTooLarge", /input of task 'read' has 20000\d\d bytes .*'maxInputBytes' allows 2000000/),
  );
  assert.deepEqual((await scheduler.getJobs()).items, []);
});
