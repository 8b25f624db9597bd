import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runtime } from "../harness.ts";

/** A process of the same runtime as the tests'. */
export interface Child {
  readonly process: ChildProcess;
  /** The lines it has written so far, whole ones only. */
  readonly lines: string[];
  /** Resolves when it has written a line that begins with this, or so many of them. */
  until(prefix: string, count?: number): Promise<void>;
  /** Sends it a signal. Not by the child's own `kill`, after which Deno reports the signal instead of the exit code. */
  kill(signal: "SIGTERM" | "SIGKILL" | "SIGSTOP" | "SIGCONT"): void;
  /** Resolves with its exit code when it has ended and everything it wrote was read; null when it was killed. */
  readonly ended: Promise<number | null>;
}

/** A program that runs a script, with the arguments before its path. */
export type Program = readonly [program: string, ...args: readonly string[]];

const ownProgram: Program = runtime === "deno" ? denoProgram(process.execPath) : [process.execPath];

/** Deno, as a program for scripts. */
export function denoProgram(path: string): Program {
  return [path, "run", "--quiet", "--no-check", "-A"];
}

/** Runs a script beside this file with arguments. */
export function startChild(
  script: string,
  args: readonly string[],
  [program, ...programArgs]: Program = ownProgram,
): Child {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(program, [...programArgs, path, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let rest = "";
  child.stdout!.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    lines.push(...parts);
    for (const look of [...waiting]) look();
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", (code) => resolve(code)));
  const until = (prefix: string, count = 1) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (lines.filter((line) => line.startsWith(prefix)).length < count) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      void ended.then(() => reject(new Error(`It ended without writing '${prefix}': ${lines.join(" / ")}`)));
      look();
    });
  const kill = (signal: "SIGTERM" | "SIGKILL" | "SIGSTOP" | "SIGCONT") =>
    void process.kill(child.pid!, signal);
  return { process: child, lines, until, kill, ended };
}
