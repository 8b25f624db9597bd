/** Other queues on a SQLite file, driven as `runJob` is: a job is added, run and waited for. */
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { systemClock } from "../src/time/system_clock.ts";
import { runCommand } from "../tools/run_command.ts";
import { benchInput, type Setting } from "./raw_ceiling.ts";

const VERSIONS = { plainjob: "0.0.14", bunqueue: "2.9.5" };
const FOLDER = fileURLToPath(new URL("../node_modules/.cache/carillon/peers", import.meta.url));

const silent = { error() {}, warn() {}, info() {}, debug() {} };

interface Plainjob {
  bun(database: object): object;
  defineQueue(options: object): PlainjobQueue;
  defineWorker(
    type: string,
    run: (job: { readonly id: number }) => Promise<void>,
    options: object,
  ): PlainjobWorker;
}

interface PlainjobQueue {
  add(type: string, data: unknown): { readonly id: number };
  close(): void;
}

interface PlainjobWorker {
  start(): Promise<void>;
  stop(): Promise<void>;
}

interface Bunqueue {
  shutdownManager(): unknown;
  Queue: new (name: string, options: object) => {
    add(name: string, data: unknown, options?: object): Promise<{ readonly id: string }>;
    close(): unknown;
  };
  Worker: new (
    name: string,
    run: (job: { readonly data: { readonly number: number } }) => Promise<unknown>,
    options: object,
  ) => {
    on(event: "completed", listener: (job: { readonly id: string }) => void): unknown;
    close(): unknown;
  };
}

/** Jobs per second through plainjob, in write-ahead mode as it sets it itself. */
export async function throughPlainjob(path: string, setting: Setting): Promise<number> {
  const { bun, defineQueue, defineWorker } = await load<Plainjob>("plainjob");
  const { Database } = await import(["bun", "sqlite"].join(":")) as {
    readonly Database: new (path: string, options: object) => object;
  };
  const queue = defineQueue({ connection: bun(new Database(path, { strict: true })), logger: silent });
  const waiting = new Map<number, () => void>();
  const worker = defineWorker("noop", (job) => {
    waiting.get(job.id)?.();
    waiting.delete(job.id);
    return Promise.resolve();
  }, { queue, logger: silent });
  void worker.start();
  const perSecond = await measured(setting, () =>
    new Promise((resolve) => {
      const { id } = queue.add("noop", benchInput);
      waiting.set(id, resolve);
    }));
  await worker.stop();
  queue.close();
  return perSecond;
}

/** Jobs per second through bunqueue, embedded. */
export async function throughBunqueue(path: string, setting: Setting): Promise<number> {
  const { Queue, Worker, shutdownManager } = await load<Bunqueue>("bunqueue/client");
  const queue = new Queue("noop", { embedded: true, dataPath: path });
  const waiting = new Map<string, () => void>();
  const early = new Set<string>();
  const worker = new Worker("noop", () => Promise.resolve(1), {
    embedded: true,
    dataPath: path,
    concurrency: setting.inFlight,
  });
  worker.on("completed", ({ id }) => {
    const done = waiting.get(id);
    if (!done) early.add(id);
    waiting.delete(id);
    done?.();
  });
  const perSecond = await measured(setting, async () => {
    const { id } = await queue.add("noop", benchInput);
    if (early.delete(id)) return;
    await new Promise<void>((resolve) => waiting.set(id, resolve));
  });
  await worker.close();
  await queue.close();
  await shutdownManager();
  return perSecond;
}

async function measured({ jobs, inFlight }: Setting, one: () => Promise<void>): Promise<number> {
  let left = jobs;
  const caller = async () => {
    while (left-- > 0) await one();
  };
  const startMs = systemClock.monotonicMs();
  await Promise.all(Array.from({ length: inFlight }, caller));
  return jobs / (systemClock.monotonicMs() - startMs) * 1000;
}

async function load<Module>(specifier: string): Promise<Module> {
  if (!existsSync(join(FOLDER, "node_modules", specifier.split("/")[0]!))) await install();
  const path = createRequire(join(FOLDER, "package.json")).resolve(specifier);
  return await import(pathToFileURL(path).href) as Module;
}

async function install(): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, "package.json"), JSON.stringify({ private: true, dependencies: VERSIONS }));
  const args = ["install", "--no-audit", "--no-fund", "--ignore-scripts"];
  const { code, output } = await runCommand({ program: "npm", args, cwd: FOLDER, timeLimitMs: 300_000 });
  if (code !== 0) throw new Error(`Cannot get the other queues from npm\n${output}`);
}
