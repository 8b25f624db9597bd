/**
 * Tasks as methods: on an instance, with what it was made with; on the class itself; several schedules on one.
 *
 *     deno run -A examples/decorators.ts
 */
// deno-lint-ignore-file no-console
import { cron, currentJob, schedule, Scheduler, task } from "carillon";
import { z } from "zod";

const Period = z.object({ days: z.number().int().positive() });

class Sales {
  readonly #orders: readonly number[];

  constructor(orders: readonly number[]) {
    this.#orders = orders;
  }

  // Each schedule gives the method its own input; the compiler checks that it fits.
  @schedule(cron("@daily"), { id: "sales.yesterday", input: { days: 1 } })
  @schedule(cron("0 8 * * mon"), { id: "sales.week", input: { days: 7 } })
  @task({ name: "sales.report", input: Period, description: "Adds up what was sold" })
  report({ days }: { days: number }): number {
    const { log, scheduleId } = currentJob();
    const total = this.#orders.slice(-days).reduce((sum, order) => sum + order, 0);
    log.info("added up", { days, total, scheduleId });
    return total;
  }

  // A static method needs no instance. Without a name it is called "Sales.ping".
  @task()
  static ping(): string {
    return "pong";
  }
}

const sales = new Sales([120, 80, 200]);
await using scheduler = new Scheduler({ tasks: [sales] });

console.log("two days:", await scheduler.runJob(sales.report, { days: 2 }));
console.log(await scheduler.runJob(Sales.ping));

await scheduler.startInBackground({ paused: true });
for (const { id, taskName, nextFireTime } of (await scheduler.getSchedules()).items) {
  console.log(id, "runs", taskName, "at", `${nextFireTime}`);
}
