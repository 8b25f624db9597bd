import { type ChildProcess, fork } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { systemClock } from "../time/system_clock.ts";
import type { Executor } from "./executor.ts";
import type { Connection, ConnectionEvents } from "./pool/connection.ts";
import { type PoolOptions, resolvePoolOptions } from "./pool/pool_options.ts";
import { pooledExecutor } from "./pool/pooled_executor.ts";
import { isTaskOutputRedirected } from "./pool/task_output.ts";

/**
 * Runs functions in a pool of child processes of the same runtime: for code that must be stopped for certain
 * when its time is up, that may crash, or that uses much memory. What ignores its signal is killed, on every
 * runtime. Children end with their scheduler's process.
 *
 * Throws `invalidOption` for options that do not fit.
 *
 * @example
 * ```ts
 * import { eventLoop, Scheduler } from "carillon";
 * import { processes } from "carillon/worker";
 *
 * const modules = [new URL("./tasks/convert.ts", import.meta.url)];
 * await using scheduler = new Scheduler({
 *   executors: { default: eventLoop(), hard: processes({ modules, max: 2, idleTimeout: { minutes: 5 } }) },
 * });
 * console.assert(scheduler.state === "stopped");
 * ```
 */
export function processes(options: PoolOptions): Executor {
  const place = { kind: "processes", canTerminate: true, open: openProcess };
  return pooledExecutor(place, resolvePoolOptions(options, "processes()"));
}

/** The time that a child gets to end by itself before it is killed. */
const END_MS = 2000;

/** The live children: one that computes would not notice at once that this process ends. */
const running = new Set<ChildProcess>();

function killAll(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** Variables that hold secrets of the scheduler itself, which jobs have no need of. */
const SECRET = /^CARILLON_(?:.*_)?(?:TOKENS?|SECRETS?|PASSWORDS?|KEYS?)(?:_.*)?$/;

/** Returns this process's environment without the scheduler's own secrets. */
function childEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !SECRET.test(name.toUpperCase()));
  return Object.fromEntries(entries);
}

/**
 * Starts a child process of the same runtime. It inherits the standard output and the environment, without the
 * scheduler's own secrets (`CARILLON_TOKENS`, `CARILLON_AUTH_TOKEN`).
 */
function openProcess({ onText, onEnd }: ConnectionEvents): Connection {
  const child = fork(fileURLToPath(new URL("./pool/child/process_main.ts", import.meta.url)), [], {
    stdio: ["ignore", isTaskOutputRedirected() ? 2 : "inherit", "inherit", "ipc"],
    env: childEnvironment(),
  });
  const kill = () => void child.kill("SIGKILL");
  let error: unknown;
  let isOver = false;
  const over = (how: string) => {
    if (isOver) return;
    isOver = true;
    running.delete(child);
    // Deno keeps the channel open where something was sent to a child that had just been killed.
    if (child.connected) child.disconnect();
    if (running.size === 0) process.off("exit", killAll);
    onEnd(how, error);
  };
  if (running.size === 0) process.on("exit", killAll);
  running.add(child);
  child.on("message", onText);
  child.on("error", (thrown) => {
    error = thrown;
    if (child.pid === undefined) over("before it had started");
  });
  child.on("exit", (code, signal) => over(signal === null ? `with code ${code}` : `by ${signal}`));
  return {
    name: `child process ${child.pid}`,
    // A child that has just died is noticed by its exit, not by a message that could no longer be sent.
    send: (text) => void child.send(text, () => {}),
    hold: (isHeld) => hold(child, isHeld),
    end() {
      if (child.connected) child.disconnect();
      const timer = systemClock.setTimer(kill, END_MS, { keepAlive: false });
      child.on("exit", () => timer.cancel());
    },
    kill,
  };
}

/** Bun has no `ref` on the channel: there the process alone counts. */
interface Channel {
  ref?(): void;
  unref?(): void;
}

function hold(child: ChildProcess, isHeld: boolean): void {
  const channel = child.channel as Channel | null | undefined;
  if (isHeld) {
    child.ref();
    channel?.ref?.();
  } else {
    child.unref();
    channel?.unref?.();
  }
}
