import { coversTags, runsVersion } from "../../model/decisions.ts";
import type { SchedulerRecord } from "../../model/scheduler_record.ts";
import { cause, type ExplainedCause, type ExplanationFacts } from "./explanation.ts";

/** The lack of a live scheduler that could run it; undefined where there is one. */
export function unreachable(facts: ExplanationFacts): ExplainedCause | undefined {
  if (capable(facts).length > 0) return undefined;
  const { taskName, taskVersion, tags } = facts.job;
  const alive = workers(facts).map(({ name }) => name);
  if (alive.length === 0) return cause("noWorker", "no scheduler that runs jobs is alive", {});
  const known = knowing(facts).map(({ name }) => name);
  if (known.length === 0) {
    const text = `no live scheduler knows task '${taskName}' (alive: ${quoted(alive)})`;
    return cause("taskUnknown", text, { alive });
  }
  const able = upToDate(facts).map(({ name }) => name);
  if (able.length === 0) {
    const text = `no live scheduler that knows the task (${quoted(known)}) has version ${taskVersion} of it`;
    return cause("versionMissing", text, { version: taskVersion, alive: known });
  }
  const demanded = `${tags.length === 1 ? "tag" : "all of the tags"} ${quoted(tags)}`;
  const text = `no live scheduler that knows the task (${quoted(able)}) offers ${demanded}`;
  return cause("tagsMissing", text, { tags: [...tags], alive: able });
}

/** The cause that only the scheduler itself knows; it matters where no other one could run the job. */
export function localCause(facts: ExplanationFacts): ExplainedCause | undefined {
  const { local } = facts;
  const able = capable(facts);
  if (local === undefined || able.length !== 1 || able[0]!.incarnation !== local.incarnation) {
    return undefined;
  }
  const name = able[0]!.name;
  if (local.paused) return cause("schedulerPaused", `scheduler '${name}' is paused`, { scheduler: name });
  if (!local.full) return undefined;
  const { maxConcurrentJobs: limit } = local;
  const text = `scheduler '${name}' is at its limit of ${limit} ${limit === 1 ? "job" : "jobs"}`;
  return cause("noSlot", text, { scheduler: name, maxConcurrentJobs: limit });
}

/** The live schedulers that run jobs. */
function workers({ schedulers, nowMs }: ExplanationFacts): readonly SchedulerRecord[] {
  return schedulers.filter(({ role, leaseUntilMs }) =>
    leaseUntilMs >= nowMs && (role === "worker" || role === "both")
  );
}

function knowing(facts: ExplanationFacts): readonly SchedulerRecord[] {
  return workers(facts).filter(({ tasks }) => tasks.some(({ name }) => name === facts.job.taskName));
}

function upToDate(facts: ExplanationFacts): readonly SchedulerRecord[] {
  return workers(facts).filter(({ tasks }) => tasks.some((task) => runsVersion(task, facts.job)));
}

function capable(facts: ExplanationFacts): readonly SchedulerRecord[] {
  return upToDate(facts).filter(({ tags }) => coversTags(tags, facts.job.tags));
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(", ");
}
