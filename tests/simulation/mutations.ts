import type { Mutation } from "./mutation.ts";
import { featureMutations } from "./feature_mutations.ts";
import { schedulerMutations } from "./scheduler_mutations.ts";
import { storeMutations } from "./store_mutations.ts";

/** Bugs that schedulers have had, each to be caught by the simulation. `tools/plant_bug.ts` plants them in a copy. */
export const mutations: readonly Mutation[] = [...storeMutations, ...schedulerMutations, ...featureMutations];
