/**
 * Many jobs, one call: a slow catalogue is asked for up to three products at a time, and each job gets its own result.
 *
 *     deno run -A examples/batches.ts
 */
// deno-lint-ignore-file no-console
import { Scheduler, task } from "carillon";
import { z } from "zod";

const prices = new Map([["tea", 3], ["bread", 4], ["salt", 1], ["milk", 2]]);

const priceOf = task({
  name: "priceOf",
  batch: { size: 3, within: { milliseconds: 10 } },
  input: z.string(),
  run(names) {
    console.log(`asking for ${names.join(", ")}`);
    return names.map((name) => prices.get(name) ?? new Error(`no ${name} in this shop`));
  },
});

await using scheduler = new Scheduler({ tasks: [priceOf] });
const wanted = ["tea", "bread", "salt", "ham"];
const jobs = [];
for (const name of wanted) jobs.push(await scheduler.addJob(priceOf, name));
await scheduler.startInBackground();

for (const [index, job] of jobs.entries()) {
  // The error in the list fails one job alone; it is the cause.
  const price = await job.result().catch((error) => error.cause.message);
  console.log(`${wanted[index]}: ${price}`);
}
