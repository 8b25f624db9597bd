import type { JobTransition } from "../../src/model/job_record.ts";
import { decodePayload } from "../../src/serializers/payload.ts";
import type { BookedJob } from "./booked_job.ts";
import type { Violations } from "./violations.ts";

/** Number of jobs of one call. */
export const SIZE_MAX = 3;
/** Number of concurrent calls in one scheduler. */
export const CALLS_MAX = 2;

/** True if the function returns an error for this input. */
export function failsAlways(n: number): boolean {
  return n % 5 === 4;
}

/** The result of the function for this input, which identifies its job. */
export function resultOf(n: number): number {
  return 2 * n + 1;
}

/** Rules for jobs that are run by one call. */
export class BatchBook {
  readonly #calls = new WeakMap<object, Set<readonly string[]>>();
  readonly #violations: Violations;

  constructor(violations: Violations) {
    this.#violations = violations;
  }

  /** Notes that a call begins on a machine; returns a function that notes its end. */
  begins(machine: object, jobIds: readonly string[]): () => void {
    const calls = this.#calls.get(machine) ?? new Set();
    this.#calls.set(machine, calls);
    const holds = (rule: boolean, what: string) =>
      this.#violations.unless(rule, () => `a call for ${jobIds.join()} ${what}`);
    holds(jobIds.length >= 1 && jobIds.length <= SIZE_MAX, "has another size");
    holds(new Set(jobIds).size === jobIds.length, "has a job twice");
    calls.add(jobIds);
    holds(calls.size <= CALLS_MAX, `is the ${calls.size}th at once`);
    return () => void calls.delete(jobIds);
  }

  /** A job's end was stored: it is the one that the function gave for its input. */
  ended({ id, taskName }: BookedJob, transition: JobTransition): void {
    if (taskName !== "batched" || transition.to !== "finished" || transition.outcome !== "success") return;
    this.told(id, Number(id.slice(1)), decodePayload(transition.value));
  }

  /** Somebody was told a result. */
  told(id: string, n: number, value: unknown): void {
    this.#violations.unless(
      !failsAlways(n) && value === resultOf(n),
      () => `job ${id} of a batch ended with ${value}, which is not the result of ${n}`,
    );
  }
}
