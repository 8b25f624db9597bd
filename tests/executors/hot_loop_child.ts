/**
 * A program with a job that computes forever, as its arguments specify: the executor, and what becomes of the
 * program. It writes what it saw, a line each.
 */
import process from "node:process";
import { hot, where } from "./pool_tasks.ts";
import { errorOf, modules, pidsOf, pools, start } from "./pools.ts";

const [, , name = "", end = ""] = process.argv;
const say = (...words: readonly unknown[]) => void process.stdout.write(`${words.join(" ")}\n`);
const scheduler = await start(pools[name]!({ modules, max: 1 }));
const pids = pidsOf(scheduler, 1);
const job = await scheduler.addJob(
  hot,
  undefined,
  end === "times-out" ? { timeout: { milliseconds: 200 } } : {},
);
const [pid] = await pids;
say("pid", pid);
if (end === "exits") process.exit(0);
if (end === "times-out") {
  const { value } = await scheduler.events(["jobStuck", "jobFinished"]).next();
  const ended = value?.type === "jobFinished" ? await errorOf(scheduler, job) : undefined;
  say("ended", ended?.outcome ?? "stuck", String(ended?.details?.["endedBy"]));
  // Another place is open, though there may be one at the most.
  const place = await scheduler.runJob(where);
  say("next", place.pid);
  if (ended !== undefined) say("processor used", await isBusy());
  await scheduler.stop({ drain: false });
  say("stopped");
}

/** Real time: whether a thread of this process that should be gone still uses the processor. */
async function isBusy(): Promise<boolean> {
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, 200));
  return process.cpuUsage(before).user > 50_000;
}
