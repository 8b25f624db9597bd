/**
 * The first half minute: a function task, a class of tasks, a schedule, and a result that is awaited.
 *
 *     deno run -A examples/first.ts
 */
// deno-lint-ignore-file no-console
import { cron, currentJob, interval, schedule, Scheduler, task } from "carillon";
import { libsql } from "carillon/libsql";
import { z } from "zod";

// A function task: input and result types flow from here to every caller.
const sendDigest = task({
  name: "mail.digest",
  input: z.object({ userId: z.string() }),
  retry: { maxAttempts: 5, backoff: "exponential" },
  timeout: { seconds: 30 },
  run({ userId }, { log }) {
    log.info("sending", { userId });
    return { sent: 1 };
  },
});

// A class of tasks: decorators on methods, static or not.
class Reports {
  @schedule(cron("0 9 * * mon-fri", { timeZone: "Europe/Berlin" }), { id: "daily-report" })
  @task({ name: "reports.daily" })
  daily(): string {
    return `the report for ${currentJob().scheduledFireTime ?? "now"}`;
  }
}
const reports = new Reports();

// With libsql("file:carillon.db") everything is still there tomorrow.
await using scheduler = new Scheduler({ store: libsql(":memory:"), tasks: [sendDigest, reports] });
await scheduler.addSchedule(sendDigest, interval({ hours: 1 }), { id: "digest", input: { userId: "ada" } });
await scheduler.startInBackground();

const { sent } = await scheduler.runJob(sendDigest, { userId: "ada" }); // typed, validated, awaited
console.log("mails sent:", sent);
console.log(await scheduler.runJob(reports.daily));
console.log(await scheduler.printSchedules());
