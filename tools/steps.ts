import { findBun } from "./bun.ts";
import { getServer } from "./libsql_server.ts";
import { checkStep, type Step, testStep } from "./step.ts";
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const CHECK_LIMIT_MS = 180_000;
const INSTALL_LIMIT_MS = 300_000;
const TEST_LIMIT_MS = 1_200_000;
const ONE_TEST_LIMIT_MS = 60_000;
/** Number of simulated clusters that the gate runs on each store. */
const SEEDS = { memory: 1000, libsql: 40 } as const;

/** The guides whose code blocks must run; those of `docs/testing.md` are files of `examples/testing`, and run as tests. */
export const GUIDES = [
  "batches",
  "configuration",
  "events",
  "executors",
  "flows",
  "http",
  "jobs",
  "limits",
  "middleware",
  "schedulers",
  "schedules",
  "stores",
  "task-modules",
  "transactions",
  "triggers",
]
  .map((name) => `docs/${name}.md`);
/** Without it an example whose claim is false would only print a line. */
const FAILING_ASSERT = fileURLToPath(new URL("failing_assert.ts", import.meta.url));
/** Collects native handles before a thread ends: see there. */
const HARNESS = fileURLToPath(new URL("../tests/harness.ts", import.meta.url));
const DOCUMENTED = ["mod.ts", "src", "README.md", ...GUIDES];

/** Settings of the gate; tests shorten the limits and point it at a folder of their own. */
export interface GateOptions {
  /** The project. @default the current folder */
  readonly cwd?: string;
  /** Time limit of one run of tests. @default twenty minutes */
  readonly testLimitMs?: number;
}

/**
 * The steps of the gate, in stages. The steps of a stage run side by side: the tests on Deno and the simulations use every
 * core and stand alone, those on Bun share the machine with the doc examples, which mostly wait for the type checker.
 */
export function gateStages(options: GateOptions = {}): readonly (readonly Step[])[] {
  return [
    [installStep(options)],
    [...checkSteps(options), bunStep(), serverStep()],
    [denoTests(options)],
    [bunTests(options), docExamples(options)],
    [simulation("memory", options)],
    [simulation("libsql", options)],
  ];
}

/** Fails when the lock file does not match package.json and deno.json. */
function installStep(options: GateOptions): Step {
  return checkStep("packages", deno(["install", "--frozen"], INSTALL_LIMIT_MS, options));
}

/** Format, lint and types, of the whole tree. */
export function checkSteps(options: GateOptions = {}): readonly Step[] {
  return [
    checkStep("format", deno(["fmt", "--check"], CHECK_LIMIT_MS, options)),
    checkStep("lint", deno(["lint"], CHECK_LIMIT_MS, options)),
    checkStep("types", deno(["check", "."], CHECK_LIMIT_MS, options)),
  ];
}

function bunStep(): Step {
  return {
    name: "get Bun",
    run: async () => ({ passed: 1, failed: 0, skipped: 0, output: await findBun() }),
  };
}

/** The tests of the store on a server run wherever there is one. */
function serverStep(): Step {
  return {
    name: "get a libSQL server",
    run: async () => ({ passed: 1, failed: 0, skipped: 0, output: await getServer() }),
  };
}

/** Every test on Deno, with the sanitizers that deno.json turns on. */
export function denoTests(options: GateOptions = {}): Step {
  // The types have a step of their own.
  const args = ["test", "-A", "--no-check", "--parallel", "--v8-flags=--expose-gc", "tests"];
  return testStep("tests on Deno", (junitPath) => denoRun([...args, `--junit-path=${junitPath}`], options));
}

/** The same files on Bun. */
export function bunTests(options: GateOptions = {}): Step {
  return testStep("tests on Bun", async (junitPath) => {
    const report = ["--reporter=junit", `--reporter-outfile=${junitPath}`];
    const args = ["test", "./tests", "--parallel=2", `--timeout=${ONE_TEST_LIMIT_MS}`, ...report];
    return { ...deno(args, options.testLimitMs ?? TEST_LIMIT_MS, options), program: await findBun() };
  });
}

/** The examples in doc comments and in the guides: each is type-checked and run, and what it claims must hold. */
export function docExamples(options: GateOptions = {}): Step {
  const files = DOCUMENTED.filter((file) => existsSync(join(options.cwd ?? ".", file)));
  const preloads = [FAILING_ASSERT, HARNESS].map((path) => `--preload=${path}`);
  const args = ["test", "-A", "--doc", "--v8-flags=--expose-gc", ...preloads, ...files];
  return testStep("doc examples", (junitPath) => denoRun([...args, `--junit-path=${junitPath}`], options));
}

/** Simulated clusters on a store: the same seeds each time. */
function simulation(store: keyof typeof SEEDS, options: GateOptions): Step {
  const args = [
    "run",
    "-A",
    "--no-check",
    "tools/simulate.ts",
    "--store",
    store,
    "--seeds",
    `${SEEDS[store]}`,
  ];
  const limitMs = options.testLimitMs ?? TEST_LIMIT_MS;
  return checkStep(`${SEEDS[store]} seeds on ${store}`, deno(args, limitMs, options));
}

function denoRun(args: readonly string[], options: GateOptions) {
  return Promise.resolve(deno(args, options.testLimitMs ?? TEST_LIMIT_MS, options));
}

function deno(args: readonly string[], timeLimitMs: number, { cwd }: GateOptions) {
  // The Deno that runs the gate runs all of it, wherever it came from.
  return { program: process.execPath, args, timeLimitMs, ...(cwd === undefined ? {} : { cwd }) };
}
