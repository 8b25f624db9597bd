import type { StandardSchema } from "../../src/model/standard_schema.ts";

/** A schema that takes everything: only its types matter. */
export function sampleSchema<Input, Output = Input>(): StandardSchema<Input, Output> {
  return { "~standard": { version: 1, vendor: "test", validate: (value) => ({ value: value as Output }) } };
}
