/** Checks of the arguments of a scheduler's methods, for callers without types. All throw `invalidOption`. */
import { checkBoolean, checkString, optionError } from "../model/option_checks.ts";

type Check = (value: unknown, option: string, where: string) => unknown;

const strings: Check = (value, option, where) => {
  if (!Array.isArray(value)) throw optionError(option, where, "must be a list", value);
  for (const one of value) checkString(one, option, where);
};

const number: Check = (value, option, where) => {
  if (typeof value === "number" && value >= -1) return;
  throw optionError(option, where, "must be a number", value);
};

/** The kinds of values in filters; what the words and numbers mean is left to the call. */
const filterKinds: ReadonlyMap<string, Check> = new Map<string, Check>([
  ...["ids", "after", "states", "outcomes"].map((key) => [key, strings] as const),
  ...["owner", "afterSeq", "limit", "offset"].map((key) => [key, number] as const),
  ...[
    "idPrefix",
    "cursor",
    "taskName",
    "scheduleId",
    "batchId",
    "addedBy",
    "group",
    "store",
    "order",
    "status",
  ].map((
    key,
  ) => [key, checkString] as const),
  ["paused", checkBoolean],
]);

/** Checks a string, such as an id or a reason. */
export function stringArgument(value: string, name: string, method: string): string {
  return checkString(value, name, method);
}

/** Checks an object of options. */
export function objectArgument<Options>(value: Options, name: string, method: string): Options {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw optionError(name, method, "must be an object", value);
}

/** Checks an implementation of a port, by the methods that it cannot be without. */
export function portArgument<Port>(
  value: Port,
  name: string,
  method: string,
  ...methods: (keyof Port)[]
): Port {
  objectArgument(value, name, method);
  const missing = methods.find((one) => typeof value[one] !== "function");
  if (missing === undefined) return value;
  throw optionError(name, method, `must have a method '${String(missing)}'`, value);
}

/** Checks a list. */
export function listArgument<List>(value: List, name: string, method: string): List {
  if (Array.isArray(value)) return value;
  throw optionError(name, method, "must be a list", value);
}

/** Checks a list of what `jobRequest` makes. */
export function requestsArgument<Requests extends readonly { readonly options: object }[]>(
  value: Requests,
  method: string,
): Requests {
  for (const request of listArgument(value, "requests", method)) {
    objectArgument(objectArgument(request, "request", method).options, "options of a request", method);
  }
  return value;
}

/** Checks the kinds of values in a filter; unknown keys are left to the call. */
export function filterArgument<Filter extends object>(filter: Filter, method: string): Filter {
  for (const [key, value] of Object.entries(objectArgument(filter, "filter", method))) {
    if (value !== undefined) filterKinds.get(key)?.(value, key, method);
  }
  return filter;
}
