/** Validators of the parts of a request: the query and the JSON body. */
import type { Context, MiddlewareHandler } from "hono";
import type { z } from "zod";
import { CarillonError, messageOf } from "../../errors.ts";
import { didYouMean } from "../../model/text.ts";
import { clip } from "../../untrusted.ts";
import type { ControlEnv } from "../control_env.ts";

/** The schema of a part of a request: an object of known keys. */
type RequestSchema = z.ZodObject;

/** The most levels of a body. */
const DEPTH_MAX = 1000;

/** The most issues that a refusal lists. */
const ISSUES_MAX = 20;

/** The media types that hold JSON. */
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json$/i;

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
    c.req.addValidatedData("query", validate(schema, Object.fromEntries(entries), "Query parameter"));
    await next();
  };
}

/** A route's JSON body, checked and typed: for the handler (`c.req.valid("json")`) and for typed clients. */
export function jsonBody<Schema extends RequestSchema, Input = z.input<Schema>>(
  schema: Schema,
): MiddlewareHandler<ControlEnv, string, { in: { json: Input }; out: { json: z.output<Schema> } }> {
  return async (c, next) => {
    c.req.addValidatedData("json", validate(schema, await readJson(c), "Field"));
    await next();
  };
}

/** A JSON body that may be left out, which counts as an empty object. */
export function optionalJsonBody<Schema extends RequestSchema>(
  schema: Schema,
): MiddlewareHandler<
  ControlEnv,
  string,
  { in: { json?: z.input<Schema> }; out: { json: z.output<Schema> } }
> {
  return async (c, next) => {
    const hasBody = c.req.header("Content-Type") !== undefined || (await c.req.text()) !== "";
    c.req.addValidatedData("json", validate(schema, hasBody ? await readJson(c) : {}, "Field"));
    await next();
  };
}

async function readJson(c: Context): Promise<unknown> {
  const type = c.req.header("Content-Type")?.split(";")[0]?.trim() ?? "";
  if (!JSON_TYPE.test(type)) {
    throw new CarillonError(
      "unsupportedMediaType",
      `The body must be JSON with the header 'Content-Type: application/json', but got ${
        type === "" ? "no content type" : `'${clip(type, 100)}'`
      }`,
      { details: { expected: "application/json", contentType: clip(type, 100) } },
    );
  }
  const text = await c.req.text();
  refuseDeep(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const reason = clip(messageOf(cause), 200);
    throw new CarillonError("invalidRequest", `The body is not valid JSON: ${reason}`, { cause });
  }
  if (typeof value === "object" && value !== null && Object.hasOwn(value, "__proto__")) {
    throw new CarillonError("invalidRequest", "There is no field '__proto__'");
  }
  return value;
}

/** Refuses JSON that is nested so deeply that a later walk through it could exhaust the stack. */
function refuseDeep(text: string): void {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (inString) {
      if (character === "\\") i++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "]" || character === "}") depth--;
    else if ((character === "[" || character === "{") && ++depth > DEPTH_MAX) {
      throw new CarillonError("invalidRequest", `The body may be nested at most ${DEPTH_MAX} levels deep`, {
        details: { max: DEPTH_MAX },
      });
    }
  }
}

/**
 * Checks a part of a request; `entry` names its entries in errors. Throws `invalidRequest` with all issues in
 * `details.issues`.
 */
function validate<Schema extends RequestSchema>(
  schema: Schema,
  value: unknown,
  entry: "Query parameter" | "Field",
): z.output<Schema> {
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const known = Object.keys(schema.shape);
  const issues = checked.error.issues.slice(0, ISSUES_MAX)
    .flatMap((issue) => issuesOf(issue, known, entry)).slice(0, ISSUES_MAX);
  throw new CarillonError("invalidRequest", issues.map(({ message }) => message).join("; "), {
    details: { issues },
  });
}

interface RequestIssue {
  readonly path: string;
  readonly message: string;
}

function issuesOf(issue: z.core.$ZodIssue, known: readonly string[], entry: string): RequestIssue[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.slice(0, ISSUES_MAX).map((key) => ({
      path: clip(key, 200),
      message: unknownKey(key, known, entry),
    }));
  }
  const path = issue.path.map(String).join(".");
  if (path === "") return [{ path, message: `The body ${issue.message}` }];
  return [{ path, message: `${entry} '${String(issue.path[0])}' ${issue.message}` }];
}

function unknownKey(key: string, known: readonly string[], entry: string): string {
  const hint = didYouMean(key, known) || (known.length === 0 ? "" : `; there are ${known.join(", ")}`);
  return `There is no ${entry.toLowerCase()} '${clip(key, 200)}'${hint}`;
}
