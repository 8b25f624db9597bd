/**
 * The delay until one store object notices another's commit on the same file, and the cost of waiting for it in an idle
 * process. Prints milliseconds and percent of a core.
 *
 * Usage: deno run -A bench/wake_up.ts
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { libsql } from "../src/stores/libsql.ts";
import { sleep } from "../src/time/clock.ts";
import { systemClock } from "../src/time/system_clock.ts";

const ROUNDS = 100;
const IDLE_MS = 5000;

const folder = await mkdtemp(join(tmpdir(), "carillon-bench-"));
const url = `file:${join(folder, "store.db")}`;
const [watching, writing] = [libsql(url), libsql(url)];
await watching.open({ clock: systemClock });
await writing.open({ clock: systemClock });
let onChange = () => {};
const stop = watching.watch(() => onChange());

const waits: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  await sleep(systemClock, 100 + Math.random() * 100);
  const heard = new Promise<void>((resolve) => onChange = resolve);
  await writing.putCalendar("round", [String(round)]);
  const startMs = systemClock.monotonicMs();
  await heard;
  waits.push(systemClock.monotonicMs() - startMs);
}
waits.sort((a, b) => a - b);
const at = (part: number) => waits[Math.floor((waits.length - 1) * part)]!.toFixed(1);

const before = process.cpuUsage();
await sleep(systemClock, IDLE_MS);
const { user, system } = process.cpuUsage(before);
const percent = (user + system) / 1000 / IDLE_MS * 100;
process.stdout.write(
  `wake-up p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms; idle ${percent.toFixed(2)} % of a core\n`,
);

stop();
await watching.close();
await writing.close();
await rm(folder, { recursive: true });
