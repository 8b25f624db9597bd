/** The types of what batch tasks answer. */
import type { SchemaInput, SchemaOutput, StandardSchema } from "../model/standard_schema.ts";

/** What a batch task's function must answer: a result for each input, in their order, or an error for that job alone. */
export type BatchResult<O extends StandardSchema | undefined> = O extends StandardSchema
  ? Results<SchemaInput<O>>
  : Results<unknown>;

type Results<Value> = List<Value> | Promise<List<Value>>;
type List<Value> = readonly (Value | Error | Promise<Value | Error>)[];

/** What the callers of a batch task get: one result. */
export type BatchCallerResult<O extends StandardSchema | undefined, R> = O extends StandardSchema
  ? SchemaOutput<O>
  : BatchValue<R>;

/** One result of what a batch function answers, without the errors that may stand in its place. */
export type BatchValue<R> = Awaited<R> extends readonly (infer Value)[] ? NoError<Awaited<Value>> : never;

/** A plain object with a name and a message is no error: it has no stack. */
type NoError<Value> = Value extends Error ? ("stack" extends keyof Value ? never : Value) : Value;
