import { decodePayload } from "../../src/serializers/payload.ts";
import type { Evidence } from "./chaos_evidence.ts";

/** Violations of promises to callers: acknowledged jobs exist, and jobs with an identity exist once. */
export function checkCalls({ jobs, lines }: Evidence): readonly string[] {
  const problems: string[] = [];
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const asked = new Set(lines.flatMap((line) => line.what === "adding" ? [line.job] : []));
  const byKey = new Map<string, string>();
  for (const line of lines) {
    if (line.what === "added") {
      if (!byId.has(line.job)) problems.push(`job ${line.job} was acknowledged, but is not there`);
      if (line.key === null) {
        if (line.asked !== line.job) problems.push(`job ${line.asked} was answered as ${line.job}`);
        continue;
      }
      const known = byKey.get(line.key) ?? line.job;
      byKey.set(line.key, line.job);
      if (known !== line.job) problems.push(`'${line.key}' is both job ${known} and job ${line.job}`);
    }
    const job = "job" in line ? byId.get(line.job) : undefined;
    if (line.what === "cancelled" && job?.outcome !== "cancelled") {
      problems.push(
        `job ${line.job} was told to be cancelled, but is ${job?.outcome ?? job?.state ?? "gone"}`,
      );
    }
    if (line.what === "result" && job?.value && decodePayload(job.value) !== line.value) {
      problems.push(`job ${line.job} answered ${line.value}, but another value is stored`);
    }
  }
  const strange = jobs.filter(({ id, scheduleId }) => scheduleId === null && !asked.has(id));
  return [...problems, ...strange.map(({ id }) => `nobody asked for job ${id}`), ...checkOnce(jobs)];
}

/** Of the jobs with one idempotency key there is one. */
function checkOnce(jobs: Evidence["jobs"]): readonly string[] {
  const keyed = jobs.filter(({ identityKey }) => identityKey !== null);
  return [...Map.groupBy(keyed, ({ identityKey }) => identityKey)]
    .filter(([, own]) => own.length > 1)
    .map(([key, own]) => `${own.length} jobs stand for ${key}`);
}
