/**
 * A thread of every child process: ends it when its parent is gone. The end of the pipe tells an idle child; one that
 * computes without a pause would not notice, and go on for ever.
 */
import process from "node:process";
import { isMainThread, workerData } from "node:worker_threads";
import { systemClock } from "../../time/system_clock.ts";

/** How often it looks. */
const LOOK_EVERY_MS = 1000;

function watch(parent: number): void {
  if (!isRunning(parent)) process.kill(process.pid, "SIGKILL");
  systemClock.setTimer(() => watch(parent), LOOK_EVERY_MS);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { readonly code?: unknown }).code === "EPERM";
  }
}

if (!isMainThread) watch(Number(workerData));
