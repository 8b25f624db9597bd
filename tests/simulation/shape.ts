import type { StandardSchema } from "../../src/model/standard_schema.ts";

/** The input of the task that changes: `{ n }` in version 1, `{ count }` in version 2. */
export type Shape = Readonly<Record<string, number>>;

const keys = ["n", "count"] as const;

/** The schema of a version: what another one wrote does not pass. */
export function shapeOf(version: number): StandardSchema<Shape> {
  const key = keys[version - 1]!;
  const fits = (value: unknown): value is Shape =>
    typeof value === "object" && value !== null && typeof (value as Shape)[key] === "number";
  return {
    "~standard": {
      version: 1,
      vendor: "simulation",
      validate: (value) => fits(value) ? { value } : { issues: [{ message: `Expected { ${key} }` }] },
    },
  };
}

/** An input of a version. */
export function shapeFor(version: number): Shape {
  return { [keys[version - 1]!]: 1 };
}

/** Brings an input of version 1 to version 2. */
export function migrateShape(oldInput: unknown): Shape {
  return { count: (oldInput as { readonly n: number }).n };
}
