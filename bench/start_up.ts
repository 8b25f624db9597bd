/**
 * The cost of starting: the import of `mod.ts`, and the time until a first job is done on a new file, beside a program
 * that does nothing, in pairs.
 *
 * Usage: deno run -A bench/start_up.ts [rounds]
 */
import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { systemClock } from "../src/time/system_clock.ts";
import { inFolder } from "./bench_folder.ts";
import { printTable, quantile } from "./report.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const mod = JSON.stringify(join(root, "mod.ts"));
const libsql = JSON.stringify(join(root, "src/stores/libsql.ts"));

const programs: Readonly<Record<string, (folder: string) => string>> = {
  "nothing": () => "",
  "import of mod.ts": () => `import ${mod};`,
  "first job, memory": () =>
    `import { Scheduler, task } from ${mod};
    const first = task({ name: "first", run: () => 1 });
    await using scheduler = new Scheduler({ tasks: [first] });
    await scheduler.runJob(first);`,
  "first job, a new file": (folder) =>
    `import { Scheduler, task } from ${mod};
    import { libsql } from ${libsql};
    const first = task({ name: "first", run: () => 1 });
    const store = libsql("file:" + ${JSON.stringify(folder)} + "/" + crypto.randomUUID() + ".db");
    await using scheduler = new Scheduler({ store, tasks: [first] });
    await scheduler.runJob(first);`,
};

async function runMs(path: string): Promise<number> {
  const startMs = systemClock.monotonicMs();
  const args = "Deno" in globalThis
    ? ["run", "-A", "--no-check", "--config", join(root, "deno.json"), path]
    : [path];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`${path} ended with ${code}`);
  return systemClock.monotonicMs() - startMs;
}

const [rounds = "15"] = process.argv.slice(2);
const print = printTable(["what", "p50 ms", "more than nothing"]);
await inFolder(async (folder) => {
  const times = new Map<string, number[]>();
  for (let round = 0; round <= Number(rounds); round++) {
    for (const [name, text] of Object.entries(programs)) {
      const path = join(folder, `${name.replaceAll(/\W/g, "_")}.ts`);
      if (round === 0) await writeFile(path, text(folder));
      const ms = await runMs(path);
      // The first round fills the runtime's caches.
      if (round > 0) times.set(name, [...times.get(name) ?? [], ms]);
    }
  }
  const nothing = quantile(times.get("nothing") ?? [], 0.5);
  for (const [name, ms] of times) print(name, quantile(ms, 0.5), quantile(ms, 0.5) - nothing);
});
