import assert from "node:assert/strict";
import { JsonBudget, jsonValueOf } from "../../../src/http/bodies/json_value.ts";
import { Temporal } from "../../../src/time/temporal.ts";
import { test } from "../../harness.ts";
import { thrown } from "../../registry/thrown.ts";

test("jsonValueOf() leaves JSON as it is", () => {
  const value = { a: [1, "b", true, null, { c: -1.5 }] };
  assert.deepEqual(jsonValueOf(value), value);
});

test("jsonValueOf() brings rich values as near as JSON comes", () => {
  const cases: readonly (readonly [value: unknown, json: unknown])[] = [
    [new Date(0), "1970-01-01T00:00:00.000Z"],
    [new Date(NaN), null],
    [Temporal.Instant.fromEpochMilliseconds(0), "1970-01-01T00:00:00Z"],
    [Temporal.Duration.from("PT5M"), "PT5M"],
    [2n ** 64n, "18446744073709551616"],
    [new Map([["a", new Map([[1, 2]])]]), [["a", [[1, 2]]]]],
    [new Set([1, new Set([2])]), [1, [2]]],
    [new Uint8Array([1, 2, 255]).subarray(1), "Av8="],
    [new Uint8Array([1, 2]).buffer, "AQI="],
    [NaN, null],
    [Infinity, null],
    [undefined, null],
    [Symbol("a"), null],
    [[undefined, () => {}], [null, null]],
    [{ a: undefined, b: 1 }, { b: 1 }],
    [new RangeError("too far"), { name: "RangeError", message: "too far" }],
    [/a+/g, "/a+/g"],
    [new URL("http://a/b"), "http://a/b"],
  ];
  for (const [value, json] of cases) assert.deepEqual(jsonValueOf(value), json);
});

test("jsonValueOf() takes the same value twice, and refuses one that contains itself", () => {
  const shared = { a: 1 };
  assert.deepEqual(jsonValueOf([shared, shared]), [{ a: 1 }, { a: 1 }]);
  const list: unknown[] = [];
  list.push({ list });
  thrown(() => jsonValueOf(list), "serializationFailed");
  const map = new Map();
  map.set("map", map);
  thrown(() => jsonValueOf(map), "serializationFailed");
});

test("jsonValueOf() refuses values that share parts beyond the budget, at once", () => {
  let pair: unknown = "leaf";
  for (let i = 0; i < 40; i++) pair = [pair, pair];
  thrown(() => jsonValueOf(pair), "serializationFailed");
  const text = "x".repeat(1_000_000);
  thrown(() => jsonValueOf(Array(100).fill(text)), "serializationFailed");
  thrown(() => jsonValueOf(new Uint8Array(9_000_000)), "serializationFailed");
  const budget = new JsonBudget(10, 100);
  assert.deepEqual(jsonValueOf([1, 2, 3], budget), [1, 2, 3]);
  thrown(() => [1, 2].map(() => jsonValueOf([1, 2, 3], budget)), "serializationFailed");
});

test("jsonValueOf() refuses values that are too deep or cannot be read, by the same code", () => {
  let deep: unknown = 0;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  thrown(() => jsonValueOf(deep), "serializationFailed");
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const unreadable = {
    get a() {
      throw new Error("not for you");
    },
  };
  for (const value of [proxy, unreadable]) thrown(() => jsonValueOf(value), "serializationFailed");
  const own = JSON.parse('{"__proto__": {"a": 1}}') as object;
  assert.equal(JSON.stringify(jsonValueOf(own)), '{"__proto__":{"a":1}}');
});
