import type { Feature, Timed } from "./feature.ts";

/** Later code brings the tables of the stores forward. */
export interface SchemaIncident {
  readonly kind: "upgradeSchema";
}

/**
 * The tables are those of older code when the first scheduler comes, and later code brings them further while these go
 * on. Stores in memory have no tables.
 */
export const schemas: Feature<SchemaIncident> = {
  kinds: [],
  tasks: () => [],
  asks: (random, atMs): readonly Timed<SchemaIncident>[] =>
    Array.from({ length: random.whole(1, 3) }, () => ({ kind: "upgradeSchema", atMs: atMs() })),
  ask: () => Promise.resolve(),
};
