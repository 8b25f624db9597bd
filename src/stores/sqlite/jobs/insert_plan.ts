import { type AlikeRun, alikeRuns, isOnItsOwn, mayRunAtOnce } from "../../../model/alike_jobs.ts";
import type { JobRecord, NewJob } from "../../../model/job_record.ts";
import { startedJob } from "../../../model/transitions.ts";
import type { AddAnswer, AddClaim } from "../../job_store.ts";
import type { StatementResult, Step } from "../../shared/driver.ts";
import type { BulkOperation } from "../../shared/group_commit.ts";
import type { SqlSession } from "../session/session.ts";
import { type AddAlike, fitsOneText, insertUniform } from "./insert_uniform.ts";

/** What became of one job. */
export interface Added {
  readonly nowMs: number;
  readonly job: AddAnswer["jobs"][number];
  /** Set where it was taken as it was added. */
  readonly claimed?: JobRecord | undefined;
}

/** A part of a step: jobs that are written by the same statements. */
interface Part {
  readonly jobs: AlikeRun;
  /** Whether they are written the short way. */
  readonly alike: boolean;
  /** For whom they are taken, if they can be. */
  readonly claim: AddClaim | undefined;
}

/** Adds jobs that have no identity: alike ones the short way, others the general one. */
export class InsertPlan {
  readonly #session: SqlSession;
  readonly #general: BulkOperation<NewJob, Added>;
  readonly #alike: AddAlike;

  constructor(session: SqlSession, general: BulkOperation<NewJob, Added>) {
    this.#session = session;
    this.#general = general;
    this.#alike = insertUniform(session.dialect);
  }

  /** The statements for these jobs. */
  step(jobs: readonly NewJob[], claim?: AddClaim): Step {
    const now = this.#session.nowArgument();
    return partsOf(jobs, claim).flatMap((part) =>
      part.alike ? this.#alike.statements(part.jobs, now, part.claim) : this.#general.step(part.jobs)
    );
  }

  /** What became of each of them. */
  answers(
    jobs: readonly NewJob[],
    results: readonly StatementResult[],
    claim?: AddClaim,
  ): readonly Added[] {
    let from = 0;
    const parts = partsOf(jobs, claim);
    const each = parts.map((part, index) => {
      const isLast = index === parts.length - 1;
      const count = part.alike ? this.#alike.resultsOf(part.claim) : this.#general.step(part.jobs).length;
      const own = isLast ? results.slice(from) : results.slice(from, from += count);
      return part.alike ? this.#alikeAnswers(part, own) : this.#general.answers(part.jobs, own);
    });
    return each.length === 1 ? each[0]! : each.flat();
  }

  #alikeAnswers({ jobs, claim }: Part, results: readonly StatementResult[]): readonly Added[] {
    const { nowMs, seqs, lastBefore, taken } = this.#alike.answer(jobs, results, claim);
    const seen = new Set<number>();
    return jobs.map((job, index) => {
      const seq = seqs[index]!;
      if (seq <= lastBefore || seen.has(seq)) {
        return { nowMs, job: { id: job.id, seq, outcome: "deduplicated" } };
      }
      seen.add(seq);
      const claimed = taken && claim ? startedJob(job, seq, claim.incarnation, nowMs) : undefined;
      return { nowMs, job: { id: job.id, seq, outcome: "added" }, claimed };
    });
  }
}

function partsOf(jobs: readonly NewJob[], claim: AddClaim | undefined): readonly Part[] {
  const runs = jobs.every(fitsOneText) ? alikeRuns(jobs) : undefined;
  if (!runs) return [{ jobs, alike: false, claim: undefined }];
  const hasRoom = claim !== undefined && claim.limit >= jobs.length;
  return runs.map((run) => {
    const first = run[0]!;
    const takes = hasRoom && mayRunAtOnce(first, claim.tasks);
    return { jobs: run, alike: isOnItsOwn(first), claim: takes ? claim : undefined };
  });
}
