import { CarillonError, type ErrorCode } from "../src/errors.ts";
import { fc } from "./properties.ts";

/** Values that code which trusts its callers trips over, by name. Each call makes a new one. */
const atoms = {
  undefined: () => undefined,
  null: () => null,
  nan: () => NaN,
  negative: () => -1.5,
  infinity: () => Infinity,
  bigint: () => 10n ** 30n,
  symbol: () => Symbol("s"),
  broken: () => "\0\uD800 \u202E",
  huge: () => "x".repeat(300_000),
  function: () => () => 1,
  rejecting() {
    const promise = Promise.reject(Object.create(null));
    promise.catch(() => {});
    return promise;
  },
  throwingThenable: () => ({
    then() {
      throw Object.create(null);
    },
  }),
  throwingThen: () => trap({ then: 1 }),
  getters: () =>
    trap({ message: 1, name: 1, stack: 1, code: 1, cause: 1, details: 1, toString: 1, toJSON: 1 }),
  revoked() {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  revokedFunction() {
    const { proxy, revoke } = Proxy.revocable(() => {}, {});
    revoke();
    return proxy;
  },
  untouchableError: () =>
    new Proxy(new Error("hidden"), {
      get() {
        throw new Error("hands off");
      },
      ownKeys() {
        throw new Error("hands off");
      },
    }),
  nullPrototype: () => Object.create(null),
  circular() {
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    return circle;
  },
  sparse: () => Object.assign([], { length: 5, 3: 1 }),
  doubled() {
    let pair: unknown = 1;
    for (let i = 0; i < 23; i++) pair = [pair, pair];
    return pair;
  },
  proto: () => JSON.parse('{"__proto__":{"a":1},"constructor":1}'),
  invalidDate: () => new Date(NaN),
  aggregate: () => new AggregateError([Object.create(null)], "many"),
  unprintable: () => ({
    toString() {
      throw new Error("unprintable");
    },
    [Symbol.toPrimitive]() {
      throw new Error("unprintable");
    },
  }),
} satisfies Record<string, () => unknown>;

function trap(fields: object): object {
  const throwing = () => {
    throw Object.create(null);
  };
  const names = Object.keys(fields);
  return Object.defineProperties(
    {},
    Object.fromEntries(names.map((name) => [name, { get: throwing, enumerable: true }])),
  );
}

const codes: readonly ErrorCode[] = [
  "jobSnoozed",
  "jobRetryAfter",
  "jobCancelledItself",
  "serializationFailed",
  "leaseLost",
];

/** The description of a hostile value, which can be printed, stored and sent to another process. */
export type Recipe =
  | { readonly atom: string }
  | {
    readonly error: "Error" | "TypeError" | ErrorCode;
    readonly fields: Readonly<Record<string, string>>;
    readonly cause: Recipe | null;
  };

const atom = fc.constantFrom(...Object.keys(atoms));

/** Hostile values: the atoms, and errors whose fields are such. */
export const recipes: fc.Arbitrary<Recipe> = fc.letrec<{ recipe: Recipe }>((tie) => ({
  recipe: fc.oneof(
    { withCrossShrink: true, maxDepth: 7 },
    fc.record({ atom }),
    fc.record({
      error: fc.constantFrom("Error" as const, "TypeError" as const, ...codes),
      fields: fc.dictionary(
        fc.constantFrom("message", "name", "stack", "code", "details", "status", "response"),
        atom,
      ),
      cause: fc.option(tie("recipe"), { nil: null }),
    }),
  ),
})).recipe;

/** Every atom by itself, and as each field of an error. */
export const plainRecipes: readonly Recipe[] = Object.keys(atoms).flatMap((name) => [
  { atom: name },
  {
    error: "Error" as const,
    fields: { message: name, name, stack: name, code: name, extra: name },
    cause: { atom: name },
  },
]);

/** Makes the value of a recipe. */
export function make(recipe: Recipe): unknown {
  if ("atom" in recipe) return (atoms as Record<string, () => unknown>)[recipe.atom]?.();
  const { error: kind, fields, cause } = recipe;
  const error = kind === "Error"
    ? new Error("plain")
    : kind === "TypeError"
    ? new TypeError("typed")
    : new CarillonError(kind, "ours");
  for (const [name, value] of Object.entries(fields)) define(error, name, value);
  if (cause !== null) Object.defineProperty(error, "cause", { value: make(cause), configurable: true });
  return error;
}

function define(error: Error, name: string, atom: string): void {
  const value = make({ atom });
  try {
    Object.defineProperty(error, name, { value, configurable: true, enumerable: true });
  } catch {
    // Bun refuses some values as the name of an error.
  }
}

/** Returns the value of a recipe; a promise as one that ends the process where nobody handles its rejection. */
export function give(recipe: Recipe): unknown {
  const value = make(recipe);
  return isPromise(value) ? value.then() : value;
}

function isPromise(value: unknown): value is Promise<unknown> {
  try {
    return value instanceof Promise;
  } catch {
    return false;
  }
}

/** Throws the value of a recipe. */
export function hurl(recipe: Recipe): never {
  throw make(recipe);
}
