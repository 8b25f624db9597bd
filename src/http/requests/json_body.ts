import type { Context, MiddlewareHandler } from "hono";
import type { z } from "zod";
import { CarillonError, messageOf } from "../../errors.ts";
import type { ControlEnv } from "../control_env.ts";
import { checkRequest, type RequestSchema } from "./refuse_request.ts";

/** The media types that hold JSON. */
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json$/i;

/** A route's JSON body, checked and typed: for the handler (`c.req.valid("json")`) and for typed clients. */
export function jsonBody<Schema extends RequestSchema, Input = z.input<Schema>>(
  schema: Schema,
): MiddlewareHandler<ControlEnv, string, { in: { json: Input }; out: { json: z.output<Schema> } }> {
  return async (c, next) => {
    c.req.addValidatedData("json", checkRequest(schema, await readJson(c), "Field"));
    await next();
  };
}

/** The same for a body that may be left out; that is an empty object. */
export function optionalJsonBody<Schema extends RequestSchema>(
  schema: Schema,
): MiddlewareHandler<
  ControlEnv,
  string,
  { in: { json?: z.input<Schema> }; out: { json: z.output<Schema> } }
> {
  return async (c, next) => {
    const given = c.req.header("Content-Type") !== undefined || (await c.req.text()) !== "";
    c.req.addValidatedData("json", checkRequest(schema, given ? await readJson(c) : {}, "Field"));
    await next();
  };
}

async function readJson(c: Context): Promise<unknown> {
  const type = c.req.header("Content-Type")?.split(";")[0]?.trim() ?? "";
  if (!JSON_TYPE.test(type)) {
    throw new CarillonError(
      "unsupportedMediaType",
      `The body must be JSON with the header 'Content-Type: application/json', but got ${
        type === "" ? "no content type" : `'${type}'`
      }`,
      { details: { expected: "application/json", contentType: type } },
    );
  }
  const text = await c.req.text();
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CarillonError("invalidRequest", `The body is not valid JSON: ${messageOf(cause)}`, { cause });
  }
}
