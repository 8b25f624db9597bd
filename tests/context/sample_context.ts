import type { TaskContext } from "../../src/context/task_context.ts";
import { Temporal } from "../../src/time/temporal.ts";

/** A context for a job that runs, as a scheduler makes it; `said` takes what the job logs and reports. */
export function sampleContext(id = "job-1", said: string[] = []): TaskContext {
  const line = (level: string) => (message: string) => void said.push(`${level} ${message}`);
  return {
    job: {
      id,
      taskName: "report",
      attempt: 1,
      scheduleId: null,
      scheduledFireTime: undefined,
      runAt: Temporal.Instant.from("2026-01-01T00:00Z"),
      metadata: { team: "sales" },
      parents: [],
    },
    signal: new AbortController().signal,
    log: { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") },
    completeIn: () => Promise.resolve(),
    progress: (progress, message) => void said.push(`progress ${JSON.stringify(progress)} ${message ?? ""}`),
  };
}
