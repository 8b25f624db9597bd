/**
 * Real processes on one real database, killed with SIGKILL, stopped and frozen past their lease at random, then
 * everything is counted: `deno task chaos --minutes 10`. With `--server` the database is a real libSQL server, which is
 * killed and frozen itself, behind a connection that loses and delays responses.
 *
 * Options: `--minutes N` (1), `--seed N` (by default a new one each time, printed at the end; the same seed makes the same
 * faults in the same order), `--processes N` (4), `--server`, `--bun PATH` (every other process runs on it), `--trace`
 * (prints each fault as it is made). The exit code is 1 if something was lost or doubled, and 2 for invalid options.
 */
import process from "node:process";
import { runChaos } from "../tests/chaos/run_chaos.ts";
import { systemClock } from "../src/time/system_clock.ts";
import { CHAOS_LEASE_MS } from "../tests/chaos/workload.ts";
import { denoProgram, type Program } from "../tests/stores/child_process.ts";
import { getServer } from "./libsql_server.ts";
import { numberOption, toolOptions } from "./tool_options.ts";

function trace(text: string): void {
  process.stdout.write(`${new Date(systemClock.nowMs()).toISOString()} ${text}\n`);
}

if (import.meta.main) {
  const { values } = toolOptions({
    minutes: { type: "string", default: "1" },
    seed: { type: "string", default: `${systemClock.nowMs() % 1_000_000}` },
    processes: { type: "string", default: "4" },
    server: { type: "boolean", default: false },
    bun: { type: "string" },
    trace: { type: "boolean", default: false },
  });
  const minutes = numberOption(values.minutes, "--minutes", 0.01, false);
  const seed = numberOption(values.seed, "--seed", 0);
  const places = numberOption(values.processes, "--processes", 1);
  if (values.server) await getServer();
  const programs: readonly Program[] = [
    denoProgram(process.execPath),
    ...(values.bun === undefined ? [] : [[values.bun] as const]),
  ];
  const { faults, jobs, runs, settledMs, problems } = await runChaos({
    scene: values.server ? "server" : "file",
    processes: places,
    seed,
    forMs: minutes * 60_000,
    programs,
    ...(values.trace ? { trace } : {}),
  });
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  const made = Object.entries(faults).map(([name, count]) => `${count} ${name}`).join(", ");
  process.stdout.write(
    `seed ${seed}: ${jobs} jobs, ${runs} runs; ${made}; all settled ${
      Math.round(settledMs)
    } ms after the faults ` +
      `(two leases are ${2 * CHAOS_LEASE_MS} ms): ${problems.length} problems\n`,
  );
  process.exitCode = problems.length === 0 ? 0 : 1;
}
