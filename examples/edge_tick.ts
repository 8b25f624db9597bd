/**
 * For runtimes that only wake up now and then: one bounded round per call, driven by the caller (the
 * platform's own cron, a webhook). Nothing runs between two calls, and no fire is lost.
 *
 *     deno run -A examples/edge_tick.ts
 */
// deno-lint-ignore-file no-console
import { interval, Scheduler, task } from "carillon";
import { libsql } from "carillon/libsql";
import { setTimeout as sleep } from "node:timers/promises";

const collect = task({
  name: "collect",
  schedules: [{ trigger: interval({ milliseconds: 300 }), coalesce: "all", overlap: "queue" }],
  run: (_input, { job }) => console.log("collected for", `${job.scheduledFireTime}`),
});

const scheduler = new Scheduler({ store: libsql(":memory:"), tasks: [collect] });

/** The function that the platform calls. */
async function onWake(): Promise<void> {
  const { finishedJobs, nextWake } = await scheduler.tick({ timeout: { seconds: 10 } });
  console.log(`${finishedJobs} done, wake me at ${nextWake}`);
}

await onWake();
await sleep(1000); // the platform is late: three fires are owed
await onWake();
