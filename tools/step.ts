import { judgeRun, type TestCounts } from "./count_tests.ts";
import { type Command, runCommand } from "./run_command.ts";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** One thing the gate checks. */
export interface Step {
  readonly name: string;
  /** Does it; never rejects for what it found wrong. */
  run(): Promise<StepOutcome>;
}

/** The result of a step: a check counts as one, a run of tests as its tests. */
export interface StepOutcome extends TestCounts {
  /** Shown if it failed. */
  readonly output: string;
}

/** A step that passes when a program exits with 0. */
export function checkStep(name: string, command: Command): Step {
  return {
    name,
    async run() {
      const { code, output } = await runCommand(command);
      return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0, output };
    },
  };
}

/** A step that runs tests and counts them from the JUnit report that the program writes to `junitPath`. */
export function testStep(name: string, commandFor: (junitPath: string) => Promise<Command>): Step {
  return {
    name,
    async run() {
      const folder = await mkdtemp(join(tmpdir(), "carillon-gate-"));
      try {
        const junitPath = join(folder, "junit.xml");
        const { code, output } = await runCommand(await commandFor(junitPath));
        const junit = await readFile(junitPath, "utf8").catch(() => undefined);
        const { reason, ...counts } = judgeRun(code, junit);
        return { ...counts, output: reason === undefined ? output : `${output}\n${name}: ${reason}\n` };
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** Runs a step; one that throws has failed. */
export async function runStep(step: Step): Promise<StepOutcome> {
  try {
    return await step.run();
  } catch (error) {
    const output = error instanceof Error ? error.message : String(error);
    return { passed: 0, failed: 1, skipped: 0, output: `${output}\n` };
  }
}
