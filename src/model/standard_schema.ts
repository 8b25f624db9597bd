/**
 * The part of Standard Schema (version 1) that Carillon uses, written out so that no schema library is needed:
 * Zod, Valibot, ArkType and others all fit.
 *
 * @example A schema by hand
 * ```ts
 * import { type StandardSchema, task } from "carillon";
 *
 * const text: StandardSchema<string> = {
 *   "~standard": {
 *     version: 1,
 *     vendor: "example",
 *     validate: (value) =>
 *       typeof value === "string" ? { value } : { issues: [{ message: "Expected a string" }] },
 *   },
 * };
 * const greet = task({ name: "greet", input: text, run: (name) => `Hello ${name}` });
 * console.assert(greet.name === "greet");
 * ```
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** The properties of the schema, and its check. */
  readonly "~standard": StandardSchemaProps<Input, Output>;
}

/** The properties of a schema, and its check. */
export interface StandardSchemaProps<Input = unknown, Output = Input> {
  /** Version of Standard Schema. */
  readonly version: 1;
  /** The library that made it. */
  readonly vendor: string;
  /** Checks a value; may be asynchronous. */
  readonly validate: (
    value: unknown,
  ) => StandardSchemaResult<Output> | Promise<StandardSchemaResult<Output>>;
  /** Only for the compiler: what goes in and what comes out. */
  readonly types?: { readonly input: Input; readonly output: Output } | undefined;
}

/** The output of a schema, or the issues it found. */
export type StandardSchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardSchemaIssue[] };

/** One thing that is wrong with a value. */
export interface StandardSchemaIssue {
  /** The issue in words. */
  readonly message: string;
  /** The place in the value; missing or empty for the value itself. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The input of a schema; `undefined` where there is no schema. */
export type SchemaInput<S extends StandardSchema | undefined> = S extends StandardSchema
  ? NonNullable<S["~standard"]["types"]>["input"]
  : undefined;

/** The output of a schema; `undefined` where there is no schema. */
export type SchemaOutput<S extends StandardSchema | undefined> = S extends StandardSchema
  ? NonNullable<S["~standard"]["types"]>["output"]
  : undefined;

/** True if a value is a schema of Standard Schema version 1. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  // Some libraries (ArkType) make schemas that are functions.
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  const props = (value as { readonly "~standard"?: Partial<StandardSchemaProps> })["~standard"];
  return props?.version === 1 && typeof props.validate === "function";
}
