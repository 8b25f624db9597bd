import { deadlineMissed, isDue } from "../../model/decisions.ts";
import { cause, type ExplainedCause, type Explanation, type ExplanationFacts } from "./explanation.ts";
import { explainedRate, keyBusy, scheduleFull, taskFull } from "./limit_causes.ts";
import { explainedParents, finished, notDue, running, timeOf } from "./state_causes.ts";
import { localCause, unreachable } from "./worker_causes.ts";

/** Explains why a job is not running. */
export function explain(facts: ExplanationFacts): Explanation {
  const { job } = facts;
  const causes = causesOf(facts);
  const stands = causes[0]!.cause === "finished" || causes[0]!.cause === "running";
  const begin = `Job ${job.id} of task '${job.taskName}' ${stands ? "" : "is not running: "}`;
  const sentence = begin + causes.map(({ text }) => text).join("; ");
  return { jobId: job.id, taskName: job.taskName, state: job.state, sentence, causes };
}

function causesOf(facts: ExplanationFacts): readonly ExplainedCause[] {
  const { job } = facts;
  switch (job.state) {
    case "finished":
      return [finished(job)];
    case "running":
      return [running(facts)];
    case "scheduled":
    case "blocked":
    case "ready":
    case "parked":
      return holdingCauses(facts);
    default:
      return job.state satisfies never;
  }
}

/** Everything that keeps an unfinished job from running. */
function holdingCauses(facts: ExplanationFacts): readonly ExplainedCause[] {
  const { job, nowMs } = facts;
  const reason = job.undecodable ?? job.parkedReason;
  if (reason !== null) return [cause("parked", `it is parked: ${reason}`, { reason })];
  if (deadlineMissed(job, nowMs)) {
    const until = timeOf(job.startDeadlineMs!);
    return [cause("startDeadlinePassed", `its start deadline passed at ${until}`, { startDeadline: until })];
  }
  const mayStart = isDue(job.runAtMs, nowMs) && facts.parents.length === 0;
  const holding = [
    explainedParents(facts),
    !isDue(job.runAtMs, nowMs) ? notDue(facts) : undefined,
    unreachable(facts),
    facts.task?.paused ? cause("taskPaused", `task '${job.taskName}' is paused`, {}) : undefined,
    ...(mayStart ? [taskFull(facts), scheduleFull(facts), keyBusy(facts), explainedRate(facts)] : []),
    localCause(facts),
  ].filter((one) => one !== undefined);
  return holding.length > 0 ? holding : [cause("next", "nothing holds it back; a worker takes it next", {})];
}
