import assert from "node:assert/strict";
import { z } from "zod";
import { currentJob, tryCurrentJob } from "../../../src/context/current_job.ts";
import { currentScheduler } from "../../../src/scheduler/current_scheduler.ts";
import { task } from "../../../src/registry/task.ts";
import { systemClock } from "../../../src/time/system_clock.ts";
import { sleep } from "../../../src/time/clock.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { test } from "../../harness.ts";
import { refusal } from "../fixtures.ts";

// real time: the context must survive the runtime's own timers, which a virtual clock would replace
test("a thousand concurrent jobs each see their own job and scheduler across timers", async () => {
  const seen = new Set<string>();
  const look = task({
    name: "look",
    input: z.number(),
    maxRunningJobs: null,
    async run(n, { job }) {
      for (let step = 0; step < 3; step++) {
        await new Promise<void>((resolve) => setTimeout(resolve, n % 7));
        assert.equal(currentJob().id, job.id);
        assert.equal(currentJob().metadata["n"], n);
        assert.equal(currentScheduler(), scheduler);
      }
      await sleep(systemClock, 1);
      seen.add(currentJob().id);
      return n;
    },
  });
  await using scheduler = new Scheduler({ tasks: [look], maxConcurrentJobs: 1000 });
  await scheduler.startInBackground();
  const jobs = Array.from({ length: 1000 }, (_, n) => scheduler.runJob(look, n, { metadata: { n } }));
  assert.deepEqual(await Promise.all(jobs), Array.from({ length: 1000 }, (_, n) => n));
  assert.equal(seen.size, 1000);
  assert.equal(tryCurrentJob(), undefined);
});

test("currentJob() and currentScheduler() outside a job say where they belong", () => {
  assert.throws(() => currentJob(), refusal("noCurrentJob", /tryCurrentJob/));
  assert.throws(() => currentScheduler(), refusal("noCurrentScheduler", /task's function/));
});
