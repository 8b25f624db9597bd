/**
 * Three processes on one file: this one adds jobs, two workers share them. Kill a worker: the other continues.
 *
 *     deno run -A examples/cluster.ts
 */
// deno-lint-ignore-file no-console
import { currentScheduler, Scheduler, task } from "carillon";
import { libsql } from "carillon/libsql";
import { fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const resize = task({
  name: "image.resize",
  input: z.object({ image: z.string() }),
  maxRunningJobs: 4, // in all processes together
  async run({ image }, { signal }) {
    await sleep(100, undefined, { signal });
    return `${image} resized by ${currentScheduler().name}`;
  },
});

const [workerName, file] = process.argv.slice(2);
if (workerName !== undefined) {
  const store = libsql(`file:${file}`);
  const worker = new Scheduler({
    store,
    tasks: [resize],
    role: "worker",
    name: workerName,
    maxConcurrentJobs: 2,
  });
  await worker.runUntilStopped(); // by the signal that `kill` sends below
} else {
  const folder = await mkdtemp(join(tmpdir(), "carillon-cluster-"));
  const path = join(folder, "carillon.db");
  const workers = ["anna", "bert"].map((name) => fork(fileURLToPath(import.meta.url), [name, path]));

  const client = new Scheduler({ store: libsql(`file:${path}`), tasks: [resize], role: "client" });
  const images = Array.from({ length: 8 }, (_, i) => ({ image: `image ${i + 1}` }));
  const jobs = await client.addJobs(resize, images);
  for (const job of jobs) console.log(await job.result());
  await client.stop();

  await Promise.all(workers.map((worker) => new Promise((ended) => worker.once("exit", ended).kill())));
  await rm(folder, { recursive: true });
}
