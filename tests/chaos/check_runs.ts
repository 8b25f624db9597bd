import type { JobRecord } from "../../src/model/job_record.ts";
import { decodePayload } from "../../src/serializers/payload.ts";
import type { Evidence, Run } from "./chaos_evidence.ts";
import { FLAKY_ATTEMPTS } from "./workload.ts";

/** Violations by runs: their owners, their ends, and their results. */
export function checkRuns(evidence: Evidence): readonly string[] {
  const { jobs, runs } = evidence;
  const byName = new Map(runs.map((run) => [run.run, run]));
  return [
    ...checkFences(evidence),
    ...jobs.flatMap((job) => checkOutcome(job, byName)),
    ...checkStarts(runs),
  ];
}

/** No claim is given twice, nothing is given after it has ended, and only the last one who had a job ended it. */
function checkFences({ jobs, lines }: Evidence): readonly string[] {
  const problems: string[] = [];
  const bySeq = new Map(jobs.map((job) => [job.seq, job]));
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const given = new Set<string>();
  for (const line of lines) {
    if (line.what === "claimed") {
      const claim = `${line.job} ${line.claim}`;
      if (given.has(claim)) problems.push(`claim ${line.claim} of job ${line.job} was given twice`);
      given.add(claim);
      const job = byId.get(line.job);
      if (job && line.claim > job.claimNumber) problems.push(`job ${job.id} has lost claim ${line.claim}`);
    }
    if (line.what !== "end" || !line.held || line.to !== "finished") continue;
    const job = bySeq.get(line.seq);
    if (!job) problems.push(`a job that ended under row ${line.seq} is gone`);
    else if (
      job.owner !== line.incarnation || job.claimNumber !== line.claim || job.outcome !== line.outcome
    ) {
      problems.push(
        `job ${job.id} was ended by ${line.incarnation} under claim ${line.claim} as ${line.outcome}, but ` +
          `is ${job.outcome ?? job.state} of ${job.owner ?? "nobody"} under claim ${job.claimNumber}`,
      );
    }
  }
  return problems;
}

/** Each job ended as its task says it must, and a success was written by the run that its value names. */
function checkOutcome(job: JobRecord, runs: ReadonlyMap<string, Run>): readonly string[] {
  const { id, taskName, state, outcome, attempt } = job;
  if (state !== "finished") return [`job ${id} of ${taskName} is ${state}`];
  const [wanted, attempts] = expected(job);
  if (outcome === "cancelled") return [];
  if (outcome !== wanted) return [`job ${id} of ${taskName} ended as ${outcome}, not as ${wanted}`];
  if (attempt !== attempts) return [`job ${id} of ${taskName} took ${attempt} attempts, not ${attempts}`];
  if (outcome !== "success") return [];
  const run = runs.get(String(decodePayload(job.value)));
  if (!run?.ended) return [`job ${id} is a success, but no run of it said so`];
  if (run.job.id === id && run.claim === job.claimNumber) return [];
  return [
    `job ${id} under claim ${job.claimNumber} has the value of run ${run.run} under claim ${run.claim}`,
  ];
}

function expected(job: JobRecord): readonly [outcome: string, attempts: number] {
  const input = (decodePayload(job.input) ?? {}) as {
    readonly failures?: number;
    readonly fails?: boolean;
  };
  if (job.taskName === "hanging") return ["timedOut", 1];
  const failures = input.failures ?? (input.fails ? 1 : 0);
  if (job.taskName !== "flaky" || failures < FLAKY_ATTEMPTS) return ["success", failures + 1];
  return ["error", FLAKY_ATTEMPTS];
}

/** Nothing begins after its job is over. */
function checkStarts(runs: readonly Run[]): readonly string[] {
  return runs.filter(({ job, beganMs }) => beganMs > (job.finishedAtMs ?? Infinity) + 1)
    .map(({ job, run }) => `run ${run} began after job ${job.id} was over`);
}
