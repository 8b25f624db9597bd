import { z } from "zod";
import { currentJob } from "../../../src/context/current_job.ts";
import { parentResultOf, parentResultsOf } from "../../../src/context/parent_results.ts";
import { task } from "../../../src/registry/task.ts";

/** Returns a value that plain JSON could not carry, or fails. */
export const part = task({
  name: "part",
  input: z.number(),
  maxRunningJobs: null,
  run(n) {
    if (n < 0) throw new RangeError("below zero");
    return new Map([["n", n]]);
  },
});

/** Tells what it was told of its parents. */
export const gather = task({
  name: "gather",
  run(_input, { job }) {
    const sum: number = parentResultsOf(part).reduce((sum, { value }) => sum + (value?.get("n") ?? 0), 0);
    const { outcome, taskName } = parentResultOf(part);
    const errors = job.parents.map(({ error }) => error?.message ?? null);
    return { sum, outcome, taskName, errors, ids: currentJob().parents.map(({ id }) => id) };
  },
});

/** Asks for a parent it does not have. */
export const lonely = task({ name: "lonely", run: () => parentResultOf(part).outcome });
