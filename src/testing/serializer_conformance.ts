import assert from "node:assert/strict";
import { type CarillonError, isCarillonError } from "../errors.ts";
import type { Serializer } from "../serializers/serializer.ts";
import { hostileTexts, jsonValues, trickyValues } from "./serializer_conformance/values.ts";

/** Options of {@linkcode serializerConformance}. */
export interface SerializerConformanceOptions {
  /** Registers one test: the runner's own function, or one that puts the serializer's name in front. */
  readonly test: (name: string, body: () => void) => void;
  readonly serializer: Serializer;
  /** The names of those values of the suite (`Date`, `Map`, `bigint` …) that the serializer promises to hold. */
  readonly holds?: readonly string[];
  /** Strings that it must refuse to read, in addition to those of the suite. */
  readonly unreadable?: readonly string[];
}

/**
 * Registers the tests that every serializer must pass, with any test runner: plain data comes back equal;
 * any other value comes back equal or is refused with its path; reading harms nothing.
 *
 * @example
 * ```ts
 * import { richJson } from "carillon";
 * import { serializerConformance } from "carillon/testing";
 *
 * const tests: string[] = [];
 * serializerConformance({
 *   test: (name) => tests.push(name),
 *   serializer: richJson,
 *   holds: ["Date", "Map"],
 *   unreadable: ["[["], // strings that it must refuse, in addition to those of the suite
 * });
 * console.assert(tests.length > 50);
 * ```
 */
export function serializerConformance(options: SerializerConformanceOptions): void {
  const { test, serializer } = options;
  test("name is made of letters only", () => assert.match(serializer.name, /^[A-Za-z]+$/));
  for (const [name, value] of Object.entries(jsonValues)) {
    test(`serialize() holds ${name}`, () => assertHolds(serializer, value));
  }
  for (const name of options.holds ?? []) {
    test(`serialize() holds ${name}, as it promises`, () => {
      assert.ok(name in trickyValues, `the suite knows no value '${name}'`);
      assertHolds(serializer, trickyValues[name]?.());
    });
  }
  for (const [name, make] of Object.entries(trickyValues)) {
    test(`serialize() never changes ${name} silently`, () => assertHoldsOrRefuses(serializer, make()));
  }
  refusalTests(options);
  readingTests(options);
}

function refusalTests({ test, serializer }: SerializerConformanceOptions): void {
  const refused = { "a function": () => {}, "a symbol": Symbol("s"), "an instance of a class": new User() };
  for (const [name, value] of Object.entries(refused)) {
    test(`serialize() refuses ${name}, naming where it is`, () => {
      assertRefuses(serializer, value);
      const error = assertRefuses(serializer, { users: [{ ok: 1 }, { bad: value }] });
      assert.match(error.message, /users.*1.*bad/);
    });
  }
  test("serialize() does not touch the value", () => {
    const value = Object.freeze({ list: Object.freeze([Object.freeze({ a: 1 })]), text: "ü" });
    serializer.serialize(value);
    assert.deepEqual(value, { list: [{ a: 1 }], text: "ü" });
  });
  test("serialize() reports values that are nested too deeply to walk", () => {
    let value: unknown = 1;
    for (let depth = 0; depth < 200_000; depth++) value = [value];
    assertRefuses(serializer, value);
  });
}

function readingTests({ test, serializer, unreadable = [] }: SerializerConformanceOptions): void {
  test("deserialize() refuses strings that it did not write", () => {
    for (const text of ["", "{", "[[", "\u0000", "not anything", ...unreadable]) {
      assert.throws(
        () => serializer.deserialize(text),
        (error) => isCarillonError(error, "deserializationFailed"),
        `it read ${JSON.stringify(text)}`,
      );
    }
  });
  test("deserialize() cannot be made to change the prototype of objects", () => {
    for (const text of hostileTexts) {
      try {
        serializer.deserialize(text);
      } catch (error) {
        assert.ok(isCarillonError(error, "deserializationFailed"));
      }
      assert.equal(({} as { readonly polluted?: unknown }).polluted, undefined);
    }
  });
  test("deserialize() gives each reader a value of its own", () => {
    const text = serializer.serialize({ list: [1] });
    const first = serializer.deserialize(text) as { readonly list: number[] };
    first.list.push(2);
    assert.deepEqual(serializer.deserialize(text), { list: [1] });
  });
}

class User {
  readonly name = "ada";
}

/** Asserts that the value comes back unchanged, alone and nested. */
function assertHolds(serializer: Serializer, value: unknown): void {
  assertSame(serializer.deserialize(serializer.serialize(value)), value);
  const nested = serializer.deserialize(serializer.serialize({ in: [value, 1] })) as {
    readonly in: unknown[];
  };
  assertSame(nested.in[0], value);
  assert.equal(nested.in[1], 1);
}

function assertHoldsOrRefuses(serializer: Serializer, value: unknown): void {
  try {
    serializer.serialize(value);
  } catch {
    assertRefuses(serializer, value);
    assertRefuses(serializer, { in: [value, 1] });
    return;
  }
  assertHolds(serializer, value);
}

function assertRefuses(serializer: Serializer, value: unknown): CarillonError {
  try {
    serializer.serialize(value);
  } catch (error) {
    assert.ok(isCarillonError(error, "serializationFailed"), String(error));
    return error;
  }
  assert.fail(`it was stored as ${serializer.serialize(value)}`);
}

/** Asserts that two values are equal and of one kind; objects without fields (Temporal, URL) are compared as strings. */
function assertSame(actual: unknown, expected: unknown): void {
  const kind = Object.prototype.toString.call(expected);
  assert.equal(Object.prototype.toString.call(actual), kind);
  if (kind.startsWith("[object Temporal.") || kind.startsWith("[object URL")) {
    assert.equal(String(actual), String(expected));
  } else {
    assert.deepEqual(actual, expected);
  }
}
