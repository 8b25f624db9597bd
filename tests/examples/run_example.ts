import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { runtime } from "../harness.ts";

/** An example that runs in a process of its own, on the runtime of the tests. */
export interface RunningExample {
  readonly process: ChildProcess;
  /** Reads its output line by line; resolves at the first line that matches. */
  line(pattern: RegExp): Promise<string>;
  /** Waits for its end. Throws what it wrote to its error output when it failed. */
  output(): Promise<string>;
}

/** Starts `examples/<name>.ts`. */
export function startExample(name: string, env: Readonly<Record<string, string>> = {}): RunningExample {
  const file = fileURLToPath(new URL(`../../examples/${name}.ts`, import.meta.url));
  const args = runtime === "deno" ? ["run", "-A", "--no-check", file] : [file];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  const errors: string[] = [];
  let look = () => {};
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    look();
  });
  createInterface({ input: child.stderr }).on("line", (line) => errors.push(line));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return {
    process: child,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        look = () => {
          const found = lines.find((line) => pattern.test(line));
          if (found !== undefined) resolve(found);
        };
        look();
        void ended.then(() => reject(new Error(`no line matches ${pattern}: ${errors.join("\n")}`)));
      }),
    async output() {
      const code = await ended;
      if (code !== 0) throw new Error(`${name} ended with ${code}\n${errors.join("\n")}`);
      return lines.join("\n");
    },
  };
}
