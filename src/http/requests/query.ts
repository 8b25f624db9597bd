import type { MiddlewareHandler } from "hono";
import type { z } from "zod";
import type { ControlEnv } from "../control_env.ts";
import { checkRequest, type RequestSchema } from "./refuse_request.ts";

/** A route's query, checked and typed: for the handler (`c.req.valid("query")`) and for typed clients. */
export function query<Schema extends RequestSchema>(
  schema: Schema,
): MiddlewareHandler<
  ControlEnv,
  string,
  { in: { query: z.input<Schema> }; out: { query: z.output<Schema> } }
> {
  return async (c, next) => {
    const entries = Object.entries(c.req.queries()).map(([key, values]) =>
      [key, values.length === 1 ? values[0] : values] as const
    );
    c.req.addValidatedData("query", checkRequest(schema, Object.fromEntries(entries), "Query parameter"));
    await next();
  };
}
