import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";

/** A program to run, and how long it may take. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** After this it is killed with everything that it started. */
  readonly timeLimitMs: number;
  /** Where it runs. @default the current folder */
  readonly cwd?: string;
  /** Added to the environment it inherits. @default {} */
  readonly env?: Readonly<Record<string, string>>;
}

/** The end of a program. Never a rejection: a program that could not be started has a code and a reason in its output. */
export interface CommandResult {
  /** Its exit code, or 1 where it had none: killed, or never started. */
  readonly code: number;
  /** True if it was killed for taking too long. */
  readonly timedOut: boolean;
  /** Its output, both streams in the order of arrival. */
  readonly output: string;
}

const running = new Set<ChildProcess>();

/** Runs a program to its end, or to its time limit. */
export function runCommand(command: Command): Promise<CommandResult> {
  const { promise, resolve } = Promise.withResolvers<CommandResult>();
  const chunks: string[] = [];
  let timedOut = false;
  const child = spawn(command.program, [...command.args], {
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    env: { ...process.env, NO_COLOR: "1", ...command.env },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that killing it takes along what it started.
    detached: process.platform !== "win32",
  });
  running.add(child);
  const limit = setTimeout(() => {
    timedOut = true;
    killTree(child);
  }, command.timeLimitMs);
  const finish = (code: number, note = "") => {
    clearTimeout(limit);
    running.delete(child);
    resolve({ code, timedOut, output: chunks.join("") + note });
  };
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => chunks.push(chunk));
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => chunks.push(chunk));
  child.on("error", (error) => finish(1, `${command.program} could not be started: ${error.message}\n`));
  child.on("close", (code, signal) => finish(code ?? 1, endNote(command, timedOut, signal)));
  return promise;
}

/** Kills every program that is still running, for a gate that is stopped itself. */
export function killRunning(): void {
  for (const child of running) killTree(child);
}

function endNote(command: Command, timedOut: boolean, signal: string | null): string {
  if (timedOut) return `\nkilled: it took longer than ${command.timeLimitMs / 1000} s\n`;
  return signal === null ? "" : `\nended by ${signal}\n`;
}

function killTree(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") spawn("taskkill", ["/pid", String(child.pid), "/t", "/f"]);
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}
