/**
 * Everything that happens, as an async iterator: here, a progress line for each job.
 *
 *     deno run -A examples/events.ts
 */
// deno-lint-ignore-file no-console
import { Scheduler, task } from "carillon";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

const copyFiles = task({
  name: "files.copy",
  input: z.object({ count: z.number() }),
  async run({ count }, { progress, log }) {
    for (let done = 1; done <= count; done++) {
      await sleep(300);
      progress({ done, total: count }, `file ${done}`);
    }
    log.info("copied", { count });
  },
});

await using scheduler = new Scheduler({ tasks: [copyFiles] });
const events = scheduler.events(["jobStarted", "jobProgress", "jobLog", "jobFinished"]);
await scheduler.startInBackground();
await scheduler.addJob(copyFiles, { count: 3 });

for await (const event of events) {
  if (event.type === "jobStarted") console.log(event.taskName, "started");
  if (event.type === "jobProgress") console.log(`${event.progress.done} of ${event.progress.total}`);
  if (event.type === "jobLog") console.log("log:", event.message, event.fields);
  if (event.type === "jobFinished") {
    console.log(event.taskName, "ended with", event.outcome);
    break; // leaves the iterator, and with it the subscription
  }
}
