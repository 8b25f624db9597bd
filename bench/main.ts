/**
 * All benches, one after another, each in a process of its own: what one leaves behind slows no other down.
 *
 * Usage: deno task bench [name, such as end_to_end]
 */
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** What there is to measure, and what it says. */
const benches: Readonly<Record<string, string>> = {
  end_to_end: "Jobs through the public API, beside the bare driver",
  store: "Jobs through the store alone, beside the bare driver",
  wake_up: "How soon another process is heard of, and what listening costs",
  triggers: "Fire times, beside other cron engines",
};

/** Runs one bench; answers its exit code. */
function run(name: string): Promise<number> {
  process.stdout.write(`\n# ${name}: ${benches[name]}\n`);
  const path = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const bench = spawn(process.execPath, ["run", "-A", path], { stdio: "inherit" });
  return new Promise((resolve) => bench.on("close", (code) => resolve(code ?? 1)));
}

for (const name of Object.keys(benches)) {
  const [wanted] = process.argv.slice(2);
  if (wanted !== undefined && wanted !== name) continue;
  if (await run(name) !== 0) process.exitCode = 1;
}
