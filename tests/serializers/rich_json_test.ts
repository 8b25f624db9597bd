import assert from "node:assert/strict";
import { isCarillonError } from "../../src/errors.ts";
import { richJson } from "../../src/serializers/rich_json.ts";
import { serializerConformance } from "../../src/testing/serializer_conformance.ts";
import { trickyValues } from "../../src/testing/serializer_conformance/values.ts";
import { Temporal } from "../../src/time/temporal.ts";
import { test } from "../harness.ts";

/** A value that is neither plain data nor one of the kinds that rich JSON knows. */
const refused = [
  "an array with names as keys",
  "a Map with fields of its own",
  "an object with symbols as keys",
  "a key named __proto__",
  "a subclass of Array",
  "a subclass of Map",
  "a subclass of Date",
  "an Error",
  "a boxed text",
  "a promise",
  "a WeakMap",
];

serializerConformance({
  test: (name, body) => test(`richJson: ${name}`, body),
  serializer: richJson,
  holds: Object.keys(trickyValues).filter((name) => !refused.includes(name)),
  unreadable: [
    '[["Unknown",1],2]',
    '[["Temporal.Instant","soon"]]',
    '[["Uint8Array",1],["Map"]]',
    "[1",
    "-99",
  ],
});

test("serialize() of richJson refuses each value that would change, with what it is", () => {
  for (const name of refused) {
    const value = { at: [trickyValues[name]?.()] };
    assert.throws(() => richJson.serialize(value), (error) => {
      assert.ok(isCarillonError(error, "serializationFailed"));
      assert.match(error.message, /^The value at \$\.at\[0\].* cannot be stored as rich JSON: it is /);
      return true;
    }, name);
  }
});

test("serialize() of richJson names keys of maps in the path", () => {
  assert.throws(() => richJson.serialize(new Map([["k", () => {}]])), { message: /\$.*k.*it is a function/ });
});

test("serialize() of richJson stores only the visible bytes of a view", () => {
  const secret = new TextEncoder().encode("visible, and a secret behind it");
  const text = richJson.serialize(secret.subarray(0, 7));
  assert.ok(text.includes(btoa("visible")));
  assert.ok(text.length < 60, text);
});

test("deserialize() of richJson keeps values shared that were shared", () => {
  const shared = { a: 1 };
  const [first, second] = richJson.deserialize(richJson.serialize([shared, shared])) as [unknown, unknown];
  assert.equal(first, second);
});

test("deserialize() of richJson gives Temporal values of this runtime", () => {
  const value = Temporal.PlainDate.from("2026-02-28");
  const again = richJson.deserialize(richJson.serialize(value));
  assert.ok(again instanceof Temporal.PlainDate);
});

test("deserialize() of richJson reads what was written on any runtime", () => {
  const text = '[{"at":1,"zone":2},["Temporal.Instant","2026-01-01T00:00:00Z"],"UTC"]';
  const { at } = richJson.deserialize(text) as { readonly at: Temporal.Instant };
  assert.equal(at.epochMilliseconds, 1_767_225_600_000);
});

test("serialize() of richJson writes what JSON can say as JSON, and all else so that it is told apart", () => {
  const shared = { a: 1 };
  const texts = [
    [{ user: "ada", tags: ["x", "y"], age: null }, '{"user":"ada","tags":["x","y"],"age":null}'],
    ["[1]", '"[1]"'],
    [0.5, "0.5"],
    [null, "null"],
    [false, "false"],
    [{}, "{}"],
    [-1, "[-1]"],
    [[1], "[[1],1]"],
    [{ at: undefined }, '[{"at":-1}]'],
    [{ first: shared, second: shared }, '[{"first":1,"second":1},{"a":2},1]'],
    [{ zero: -0 }, '[{"zero":-6}]'],
  ] as const;
  for (const [value, text] of texts) {
    assert.equal(richJson.serialize(value), text);
    assert.deepEqual(richJson.deserialize(text), value);
  }
});
