/** Folders with task modules and configuration, and the command line run in them. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runCommandLine } from "../../src/cli/command_line.ts";
import { commands } from "../../src/cli/commands.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import { runtime } from "../harness.ts";

/** The exit code and the output of a command. */
export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Options of the terminal of a test. */
export interface TerminalOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly width?: number;
}

const module = new URL("../../mod.ts", import.meta.url).href;
const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** Two function tasks, one of them with a schedule, and a class with one decorated method. */
export const sampleTasks = {
  "tasks/samples.ts": `
    import { interval, schedule, task } from "carillon";

    export const add = task({
      name: "sample.add",
      description: "Adds two numbers",
      input: {
        "~standard": {
          version: 1, vendor: "test",
          validate: (value) => typeof value?.a === "number"
            ? { value }
            : { issues: [{ message: "Expected a number", path: ["a"] }] },
        },
      },
      run: ({ a, b }) => a + b,
    });
    export const fail = task({ name: "sample.fail", run() { throw new Error("no luck today"); } });
    export const tick = task({
      name: "sample.tick",
      schedules: [{ id: "ticking", trigger: interval({ hours: 1 }) }],
      run: () => "ticked",
    });
    export function helper() {}
    export const constant = 5;`,
  "tasks/greeter.ts": `
    import { task } from "carillon";

    class Greeter {
      greet() { return "hello"; }
    }
    // What a decorator does, written out: every runtime reads it.
    task({ name: "sample.greet" })(Greeter.prototype, "greet",
      Object.getOwnPropertyDescriptor(Greeter.prototype, "greet"));
    export const greeter = new Greeter();`,
} as const;

/** A folder that is there during a test. */
export class SampleProject {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** The address of its database; a relative one would be in the folder that the tests run in. */
  get store(): string {
    return `file:${join(this.folder, "carillon.db")}`;
  }

  /** Writes a file; imports of "carillon" are those of this checkout. */
  async write(name: string, text: string): Promise<void> {
    const path = join(this.folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text.replaceAll('from "carillon"', `from "${module}"`));
  }

  read(name: string): Promise<string> {
    return readFile(join(this.folder, name), "utf8");
  }

  /** Runs a command line in this process. */
  async run(args: readonly string[], options: TerminalOptions = {}): Promise<Answer> {
    let out = "";
    let err = "";
    const terminal: Terminal = {
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      reserveOutput: () => {},
      outputClosed: new AbortController().signal,
      program: "carillon",
      width: options.width ?? Infinity,
      color: false,
      interactive: false,
      environment: { CARILLON_STORE: this.store, ...options.env },
      directory: this.folder,
      timeZone: "UTC",
      readInput: () => Promise.resolve(options.input ?? ""),
    };
    const code = await runCommandLine(args, terminal, commands);
    return { code, out, err };
  }

  /** The same, with its JSON read. */
  async json(args: readonly string[], options: TerminalOptions = {}): Promise<unknown> {
    const { out, err } = await this.run([...args, "--json"], options);
    if (out === "") throw new Error(`No JSON from ${args.join(" ")}: ${err}`);
    return JSON.parse(out);
  }

  /** Starts the real command line in a process of its own. */
  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): CommandProcess {
    const before = runtime === "deno" ? ["run", "-A", main] : [main];
    return new CommandProcess(spawn(process.execPath, [...before, ...args], {
      cwd: this.folder,
      env: { ...inherited(), NO_COLOR: "1", TZ: "UTC", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    }));
  }
}

/** A command line that runs in a process of its own. */
export class CommandProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<Answer>;
  readonly #waiting = new Set<() => void>();
  #out = "";
  #err = "";

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding("utf8").on("data", (text: string) => this.#note(() => this.#out += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => this.#note(() => this.#err += text));
    this.#ended = new Promise((resolve) => {
      child.on("close", (code) => {
        resolve({ code: code ?? -1, out: this.#out, err: this.#err });
        this.#note(() => {});
      });
    });
  }

  /** Resolves to the standard output once that of both streams has this. Throws when the process ends before. */
  async until(text: string): Promise<string> {
    while (!(this.#out + this.#err).includes(text)) {
      if (this.#child.exitCode !== null) {
        throw new Error(`It ended without '${text}': ${this.#out}${this.#err}`);
      }
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
    return this.#out;
  }

  signal(signal: "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGKILL"): void {
    // The child's own kill() makes Deno forget the exit code.
    process.kill(this.#child.pid!, signal);
  }

  /** Closes the pipe that its standard output goes to, as `head` does that has seen enough. */
  closeOutput(): void {
    this.#child.stdout?.destroy();
  }

  ended(): Promise<Answer> {
    return this.#ended;
  }

  #note(take: () => void): void {
    take();
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

/** Makes a folder with these files, and takes it away after the test. */
export async function withProject(
  files: Readonly<Record<string, string>>,
  body: (project: SampleProject) => Promise<void>,
): Promise<void> {
  const project = new SampleProject(await mkdtemp(join(tmpdir(), "carillon-cli-")));
  try {
    for (const [name, text] of Object.entries(files)) await project.write(name, text);
    await body(project);
  } finally {
    await rm(project.folder, { recursive: true, force: true });
  }
}

function inherited(): Record<string, string> {
  // Those of `deno task` would be taken for how the command line was called.
  const entries = Object.entries(process.env).filter(([name]) => !/^(?:CARILLON_|INIT_CWD$)/.test(name));
  return Object.fromEntries(entries) as Record<string, string>;
}
