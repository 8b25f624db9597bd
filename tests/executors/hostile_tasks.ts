import { z } from "zod";
import { task } from "../../src/registry/task.ts";
import { hurl, make, type Recipe } from "../hostile.ts";

const input = z.custom<Recipe>();
const options = {
  input,
  maxRunningJobs: null,
  retry: { maxAttempts: 2, base: { milliseconds: 1 } },
} as const;

/** Throws what its input describes. */
export const throwing = task({ ...options, name: "throwing", run: (recipe) => hurl(recipe) });

/** Resolves to what its input describes. */
export const resolving = task({ ...options, name: "resolving", run: async (recipe) => await make(recipe) });

/** Logs and reports as progress what its input describes. */
export const logging = task({
  ...options,
  name: "logging",
  run(recipe, { log, progress }) {
    const value = make(recipe) as never;
    log.info(value, value);
    log.info("fields", { value });
    progress(value, value);
  },
});

/** Returns a list with what each of its inputs describes; two of three are fine. */
export const listing = task({
  name: "listing",
  input: z.custom<Recipe | null>(),
  maxRunningJobs: null,
  batch: { size: 3, within: { milliseconds: 20 } },
  run: (recipes) => recipes.map((recipe) => recipe === null ? "fine" : make(recipe)),
});
