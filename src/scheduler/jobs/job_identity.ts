import { messageOf } from "../../errors.ts";
import type { JobIdentity, ResolvedIdentity } from "../../model/identity_options.ts";
import { invalidOption, optionError } from "../../model/option_checks.ts";
import { encodePayload } from "../../serializers/payload.ts";
import type { Serializer } from "../../serializers/serializer.ts";

/** The identity of a job with this input. Inputs are equal when what is stored of them is, in whatever order of keys. */
export async function jobIdentity(
  { way, by, ...identity }: ResolvedIdentity,
  input: unknown,
  serializer: Serializer,
  where: string,
): Promise<JobIdentity> {
  return { key: `${way}:${await keyOf(by, input, serializer, `'${way}' of ${where}`)}`, ...identity };
}

async function keyOf(
  by: ResolvedIdentity["by"],
  input: unknown,
  serializer: Serializer,
  where: string,
): Promise<string> {
  if (typeof by === "object") return by.key;
  if (by === "input") return await digest(encodePayload(sorted(input), serializer) ?? "");
  let answer: unknown;
  try {
    answer = (by as (input: unknown) => unknown)(input);
  } catch (cause) {
    throw invalidOption("by", where, `it threw: ${messageOf(cause)}`, cause);
  }
  if (typeof answer !== "string") throw optionError("by", where, "must return a string", answer);
  return await digest(answer);
}

/** Inputs can be long, and keys are in an index. */
async function digest(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A copy in which plain objects have their keys in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) {
    return value;
  }
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
