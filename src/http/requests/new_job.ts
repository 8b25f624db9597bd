import { z } from "zod";
import type { JobOptions } from "../../model/job_options.ts";

/** The body of `POST /jobs`: a task's name, its input, and the options of `addJob` beside them. */
export interface NewJobRequest extends Omit<JobOptions, "transaction"> {
  /** Name of the task. */
  readonly task: string;
  /** What it gets; checked by its schema where its code is known. @default none */
  readonly input?: unknown;
}

/** What is checked here; all other fields are options, which `addJob` itself checks. */
export const newJobBody = z.looseObject({
  task: z.string({ error: "must be the name of a task" }).min(1, { error: "must not be empty" }),
  transaction: z.never({ error: "cannot be given here: a transaction is one of the caller's own process" })
    .optional(),
  input: z.unknown().optional(),
}, { error: 'must be an object such as {"task": "mail.digest", "input": {}}' });
