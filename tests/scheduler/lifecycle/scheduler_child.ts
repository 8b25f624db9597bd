/**
 * A process with a scheduler, for tests that send it signals or kill it. It writes a line for each thing that
 * happens.
 *
 * Usage: scheduler_child.ts <url or "memory"> <what>
 */
import process from "node:process";
import { libsql } from "../../../src/stores/libsql.ts";
import { memory } from "../../../src/stores/memory.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { task } from "../../../src/registry/task.ts";

const [url = "memory", what = "run"] = process.argv.slice(2);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

// real time: signals and the end of a process know no other
function wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Takes a moment and heeds its signal only at the very end of its time or when told to stop. */
const hold = task({
  name: "hold",
  async run(_input, { signal, job }) {
    say(`started ${job.id}`);
    await wait(job.id === "short" ? 300 : 60_000, signal);
    say(signal.aborted ? `aborted ${(signal.reason as { code?: string }).code}` : "finished");
    signal.throwIfAborted();
  },
});

const scheduler = new Scheduler({ store: url === "memory" ? memory() : libsql(url), tasks: [hold] });
scheduler.subscribe((event) => say(event.type), { types: ["scheduler", "jobFinished", "jobHandedBack"] });

if (what === "run") await scheduler.runUntilStopped();
if (what === "short" || what === "long") {
  await scheduler.addJob(hold, undefined, { id: what });
  await scheduler.runUntilStopped();
}
if (what === "unref") await scheduler.startInBackground({ keepAlive: false });
if (what === "solo") {
  const running = scheduler.runJob(hold, undefined, { id: "short" });
  await running;
}
say("end");
