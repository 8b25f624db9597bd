/**
 * The one gate: everything that must hold before a change is done. `deno task ok` and `deno task test` both run it,
 * all of it. Its last line is `N passed, N failed`; its exit code is 0 only where nothing failed.
 */
import { killRunning } from "./run_command.ts";
import { runStep, type Step, type StepOutcome } from "./step.ts";
import { gateStages } from "./steps.ts";
import process from "node:process";

interface StepReport extends StepOutcome {
  readonly name: string;
  readonly seconds: number;
}

/** Runs the stages one after another, also after failures, so that one run reports all of them. */
export async function runGate(stages: readonly (readonly Step[])[], write: (text: string) => void) {
  const reports: StepReport[] = [];
  for (const stage of stages) {
    reports.push(...await Promise.all(stage.map((step) => timedStep(step, write))));
  }
  write(summary(reports));
  return reports.every((report) => report.failed === 0) ? 0 : 1;
}

async function timedStep(step: Step, write: (text: string) => void): Promise<StepReport> {
  write(`...    ${step.name}\n`);
  const startMs = performance.now();
  const outcome = await runStep(step);
  const report = { ...outcome, name: step.name, seconds: (performance.now() - startMs) / 1000 };
  if (outcome.failed > 0) write(`\n--- ${step.name} ---\n${outcome.output.trimEnd()}\n---\n\n`);
  write(`${row(report)}\n`);
  return report;
}

function row({ name, passed, failed, skipped, seconds }: StepReport): string {
  const facts = [
    (failed === 0 ? "ok" : "FAILED").padEnd(6),
    name.padEnd(14),
    `${seconds.toFixed(1)} s`.padStart(8),
    `${passed} passed`.padStart(13),
    ...(failed > 0 ? [`${failed} failed`.padStart(11)] : []),
    ...(skipped > 0 ? [`${skipped} skipped`.padStart(11)] : []),
  ];
  return facts.join(" ");
}

function summary(reports: readonly StepReport[]): string {
  const sum = (pick: (report: StepReport) => number) =>
    reports.reduce((total, report) => total + pick(report), 0);
  const counts = `${sum((report) => report.passed)} passed, ${sum((report) => report.failed)} failed`;
  const failed = reports.filter((report) => report.failed > 0);
  const table = failed.length === 0 ? "" : `\nWhat failed:\n${failed.map(row).join("\n")}\n`;
  return `${table}\n${counts}\n`;
}

if (import.meta.main) {
  for (const [signal, number] of [["SIGINT", 2], ["SIGTERM", 15]] as const) {
    process.on(signal, () => {
      killRunning();
      process.exit(128 + number);
    });
  }
  process.exitCode = await runGate(gateStages(), (text) => void process.stdout.write(text));
}
