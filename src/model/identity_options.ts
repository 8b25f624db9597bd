/** The options for which jobs stand for the same work, and their checked form. */
import type { DurationInput } from "../time/duration.ts";
import * as check from "./option_checks.ts";
import { type JobState, jobStates, pendingStates, unfinishedStates } from "./states.ts";

/** The rule by which a job to be added stands for the same work as an existing one. */
export interface JobIdentity {
  /** Jobs of one task with the same key stand for the same work. */
  readonly key: string;
  /** The stored states in which an existing job counts. */
  readonly states: readonly JobState[];
  /** The time after it was added for which it counts; null is as long as it exists. */
  readonly periodMs: number | null;
  /**
   * The policy for an existing job that never started: it takes over what was given for the new one, but runs no
   * later than `maxWaitMs` (null is any time) after it was added. One that was started does not count. Null leaves an
   * existing job alone.
   */
  readonly replace: { readonly maxWaitMs: number | null } | null;
}

/**
 * The identity of jobs of one task that stand for the same work: an equal input, or an equal result of the function.
 */
export type IdentityBy = "input" | ((input: never) => string);

/** A job that is not added while one like it exists. */
export interface UniqueOptions {
  /** Its identity. @default "input" */
  readonly by?: IdentityBy;
  /**
   * The states in which an existing job counts; `blocked`, `ready` and `parked` count as one.
   * @default all but "finished"
   */
  readonly states?: readonly JobState[];
  /** The time after it was added for which it counts. @default as long as it exists */
  readonly period?: DurationInput;
}

/** A job that takes the place of one like it that was not started yet. Its `delay` begins anew each time. */
export interface DebounceOptions {
  /** Its identity. @default "input" */
  readonly by?: IdentityBy;
  /** The longest time after the first one was added until it runs. @default no limit */
  readonly maxWait?: DurationInput;
}

/** The options for the identity of a job; at most one of them can be given. */
export interface IdentityOptions {
  /**
   * A string of yours for one piece of work of the task, such as the id of a request: as long as a job with it
   * exists, also a finished one, no other is added.
   */
  readonly idempotencyKey?: string;
  /** Not added while a job like it exists. */
  readonly unique?: UniqueOptions;
  /** Takes the place of a job like it that was not started yet. */
  readonly debounce?: DebounceOptions;
}

/** The keys of {@linkcode IdentityOptions}. */
export const identityOptionKeys = ["idempotencyKey", "unique", "debounce"] as const;

/** A checked identity; unless its key was given, it is still to be made from the input. */
export interface ResolvedIdentity extends Omit<JobIdentity, "key"> {
  /** Keeps keys of the three ways apart. */
  readonly way: typeof identityOptionKeys[number];
  readonly by: IdentityBy | { readonly key: string };
}

/** Checks the options for a job's identity; undefined when there are none. Throws `invalidOption`. */
export function resolveIdentity(options: IdentityOptions, where: string): ResolvedIdentity | undefined {
  const given = identityOptionKeys.filter((key) => options[key] !== undefined);
  const [way, other] = given;
  if (way === undefined) return undefined;
  if (other !== undefined) {
    throw check.optionError(other, where, `cannot go with '${way}': give one of the two`, options[other]);
  }
  return resolvers[way](options[way], where);
}

const resolvers: Readonly<
  Record<ResolvedIdentity["way"], (value: unknown, where: string) => ResolvedIdentity>
> = { idempotencyKey: idempotency, unique: uniqueness, debounce: debouncing };

function idempotency(value: unknown, where: string): ResolvedIdentity {
  const key = check.checkName(value, "idempotencyKey", where);
  return { way: "idempotencyKey", by: { key }, states: jobStates, periodMs: null, replace: null };
}

function uniqueness(value: unknown, where: string): ResolvedIdentity {
  const { by, states, period } = optionsOf<UniqueOptions>(value, "unique", ["by", "states", "period"], where);
  return {
    way: "unique",
    by: checkBy(by, "unique.by", where),
    states: states === undefined ? unfinishedStates : statesOf(states, where),
    periodMs: period === undefined ? null : check.checkDuration(period, "unique.period", where),
    replace: null,
  };
}

function debouncing(value: unknown, where: string): ResolvedIdentity {
  const { by, maxWait } = optionsOf<DebounceOptions>(value, "debounce", ["by", "maxWait"], where);
  const maxWaitMs = maxWait === undefined ? null : check.checkDuration(maxWait, "debounce.maxWait", where);
  return {
    way: "debounce",
    by: checkBy(by, "debounce.by", where),
    states: pendingStates,
    periodMs: null,
    replace: { maxWaitMs },
  };
}

function statesOf(states: readonly JobState[], where: string): readonly JobState[] {
  const asked = states.map((state) => check.checkChoice(state, "unique.states", where, jobStates));
  // Stores do not distinguish these: the one that a job is in is derived when it is shown.
  const derived: readonly JobState[] = ["blocked", "ready", "parked"];
  const asksDerived = asked.some((state) => derived.includes(state));
  return jobStates.filter((state) => asked.includes(state) || (asksDerived && derived.includes(state)));
}

function checkBy(by: IdentityBy = "input", option: string, where: string): IdentityBy {
  if (by === "input" || typeof by === "function") return by;
  throw check.optionError(option, where, 'must be "input" or a function from the input to a string', by);
}

function optionsOf<Options extends object>(
  value: unknown,
  option: string,
  keys: readonly string[],
  where: string,
): Options {
  check.refuseUnknownOptions(value as object, keys, `'${option}' of ${where}`);
  return value as Options;
}
