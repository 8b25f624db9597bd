import assert from "node:assert/strict";
import { z } from "zod";
import { libsql } from "../../../src/stores/libsql.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { task } from "../../../src/registry/task.ts";
import { VirtualClock } from "../../../src/time/virtual_clock.ts";
import { test } from "../../harness.ts";
import { refusal } from "../fixtures.ts";
import { withFile } from "../../folders.ts";

const double = task({ name: "double", input: z.number(), maxRunningJobs: 4, run: (n) => n * 2 });
const flaky = task({
  name: "flaky",
  retry: { maxAttempts: 3, base: { seconds: 10 }, jitter: 0 },
  run(_input, { job }) {
    if (job.attempt < 3) throw new Error(`failure ${job.attempt}`);
    return job.attempt;
  },
});

test("a libSQL file keeps jobs, results, settings and schedules over a restart", async () => {
  await withFile(async (url) => {
    const clock = new VirtualClock("2026-01-01T00:00Z");
    const options = { tasks: [double, flaky], clock };
    let id: string;
    {
      await using first = new Scheduler({ ...options, store: libsql(url) });
      assert.equal(await first.runJob(double, 21), 42);
      await first.configureTask(double, { priority: 3 });
      await first.addSchedule(double, interval({ minutes: 10 }), { id: "every", input: 1 });
      id = (await first.addJob(flaky)).id;
      await first.startInBackground();
      await clock.advance({ minutes: 5 });
      assert.equal((await first.getJobResult(id)).value, 3);
    }
    await clock.advance({ minutes: 25 });
    await using second = new Scheduler({ ...options, store: libsql(url) });
    assert.equal((await second.getJobResult(id)).value, 3);
    assert.equal((await second.getTask(double)).settings.priority, 3);
    await second.startInBackground();
    await clock.advance({ seconds: 1 });
    const { counters } = await (await second.getSchedule("every")).get();
    assert.deepEqual([counters.runs, counters.coalesced], [2, 2]);
    assert.equal((await second.getJobs({ states: ["finished"] })).items.length, 4);
  });
});

test("two schedulers on one libSQL file share the work within limits, and cancel for each other", async () => {
  await withFile(async (url) => {
    const clock = new VirtualClock("2026-01-01T00:00Z");
    let running = 0;
    let most = 0;
    const slow = task({
      name: "slow",
      input: z.number(),
      maxRunningJobs: 3,
      async run(n, { signal }) {
        most = Math.max(most, ++running);
        await new Promise<void>((resolve) => {
          const timer = clock.setTimer(resolve, 100 * n);
          signal.addEventListener("abort", () => {
            timer.cancel();
            resolve();
          });
        });
        running--;
        signal.throwIfAborted();
      },
    });
    await using one = new Scheduler({ store: libsql(url), tasks: [slow], clock, name: "one" });
    await using two = new Scheduler({ store: libsql(url), tasks: [slow], clock, name: "two" });
    await one.startInBackground();
    await two.startInBackground();
    const handles = await one.addJobs(slow, [2, 2, 2, 2, 2, 2, 2]);
    await clock.advance({ seconds: 1 });
    assert.equal(most, 3);
    assert.ok(
      (await Promise.all(handles.map((handle) => handle.status()))).every((job) => job.outcome === "success"),
    );
    const long = await one.addJob(slow, 1000);
    await clock.advance({ milliseconds: 50 });
    await two.cancelJob(long.id, "from the other");
    await one.cancelJob(long.id, "from here");
    await clock.advance({ milliseconds: 50 });
    await assert.rejects(long.result(), refusal("jobCancelled", /from the other/));
  });
});
