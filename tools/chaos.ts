/**
 * Real processes on one real libSQL file, killed with SIGKILL and frozen past their lease at random, then everything is
 * counted: `deno task chaos --minutes 10`. Options: `--minutes N` (1), `--processes N` (4).
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { runChaos } from "../tests/chaos/run_chaos.ts";

if (import.meta.main) {
  const { values } = parseArgs({
    args: process.argv.slice(2),
    options: { minutes: { type: "string", default: "1" }, processes: { type: "string", default: "4" } },
  });
  const { kills, stalls, died, fires, runs, problems } = await runChaos(
    Number(values.processes),
    Number(values.minutes) * 60_000,
  );
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  process.stdout.write(
    `${fires} fires, ${runs} runs, ${kills} kills, ${stalls} stalls: ${problems.length} problems\n`,
  );
  if (died.length > 0) process.stdout.write(`ended by themselves: ${died.join(", ")}\n`);
  process.exitCode = problems.length + died.length === 0 ? 0 : 1;
}
