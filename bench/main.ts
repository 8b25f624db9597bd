/**
 * All benches, one after another, on Deno and on Bun, each in a process of its own: what one leaves behind slows no
 * other down.
 *
 * Usage: deno task bench [name, such as end_to_end] [deno|bun]
 */
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { findBun } from "../tools/bun.ts";

/** The benches, with the question that each answers. */
const benches: Readonly<Record<string, string>> = {
  end_to_end: "Jobs through the public API, beside the bare driver",
  default_limit: "Jobs of tasks that run one at a time, beside the bare driver",
  peers: "Jobs through the public API, beside other queues on a SQLite file",
  server: "Jobs through the public API over a libSQL server, beside the bare driver",
  filled: "Does a full store slow down current work?",
  schedules: "A million schedules",
  latency: "One job in an idle store, and how late a thousand fires a second start",
  start_up: "What starting costs",
  store: "Jobs through the store alone, beside the bare driver",
  wake_up: "How soon another process is heard of, and what listening costs",
  contention: "Processes that compete for one file, and how long their event loops stand still",
  triggers: "Fire times, beside other cron engines",
};

/** The command of each runtime for running a file. */
const runtimes = {
  Deno: (path: string) => [process.execPath, "run", "-A", path],
  Bun: async (path: string) => [await findBun(), path],
} as const;

/** Those that run on one runtime only: what they are compared with does. */
const only: Readonly<Record<string, string>> = { peers: "Bun" };

/** Runs one bench on one runtime; resolves to its exit code. */
async function run(name: string, runtime: keyof typeof runtimes): Promise<number> {
  process.stdout.write(`\n# ${name}, on ${runtime}: ${benches[name]}\n`);
  const path = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const [program, ...args] = await runtimes[runtime](path);
  const bench = spawn(program!, args, { stdio: "inherit" });
  return await new Promise((resolve) => bench.on("close", (code) => resolve(code ?? 1)));
}

const [wanted, runtime] = process.argv.slice(2);
for (const name of Object.keys(benches)) {
  if (wanted !== undefined && wanted !== name) continue;
  for (const each of ["Deno", "Bun"] as const) {
    if ((only[name] ?? each) !== each || (runtime ?? each).toLowerCase() !== each.toLowerCase()) continue;
    if (await run(name, each) !== 0) process.exitCode = 1;
  }
}
if (wanted !== undefined && !(wanted in benches)) {
  process.stderr.write(`There is no bench '${wanted}'; there are ${Object.keys(benches).join(", ")}\n`);
  process.exitCode = 1;
}
