/**
 * A thread of every child process: ends it when its parent is gone. An idle child notices the end of the pipe; one
 * that computes without a pause would not, and would run forever.
 */
import process from "node:process";
import { isMainThread, workerData } from "node:worker_threads";
import { systemClock } from "../../../time/system_clock.ts";

/** The interval of the checks. */
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
