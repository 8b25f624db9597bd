import assert from "node:assert/strict";
import { plainJson } from "../../src/serializers/plain_json.ts";
import { serializerConformance } from "../../src/testing/serializer_conformance.ts";
import { test } from "../harness.ts";

serializerConformance({
  test: (name, body) => test(`plainJson: ${name}`, body),
  serializer: plainJson,
  holds: ["half of a surrogate pair", "a value that is shared"],
  unreadable: ["undefined", "NaN", "{a:1}"],
});

test("serialize() of plainJson writes what JSON.stringify writes", () => {
  const value = { b: [1, { c: null }], a: "ü" };
  assert.equal(plainJson.serialize(value), JSON.stringify(value));
});

test("serialize() of plainJson names the place and kind of what it refuses", () => {
  const messages: readonly (readonly [unknown, RegExp])[] = [
    [undefined, /^The value at \$ cannot be stored as JSON: it is undefined\./],
    [{ a: { "b c": [1, NaN] } }, /at \$\.a\["b c"\]\[1\] .* it is NaN\./],
    [[-0], /at \$\[0\] .* it is -0\./],
    [{ at: new Date(0) }, /at \$\.at .* it is an instance of Date\./],
    [{ size: 1n }, /at \$\.size .* it is a bigint\./],
    [[1, , 2], /at \$ .* it is an array with holes\./],
    [Object.create(null), /it is an object without a prototype\./],
    [{ [Symbol("s")]: 1 }, /it is an object with symbols as keys\./],
  ];
  for (const [value, message] of messages) assert.throws(() => plainJson.serialize(value), { message });
});

test("serialize() of plainJson takes a value twice that is no circle", () => {
  const shared = { a: 1 };
  assert.equal(plainJson.serialize([shared, { again: shared }]), '[{"a":1},{"again":{"a":1}}]');
});
