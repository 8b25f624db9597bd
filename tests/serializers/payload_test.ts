import assert from "node:assert/strict";
import { isCarillonError } from "../../src/errors.ts";
import { cbor } from "../../src/serializers/cbor.ts";
import { decodePayload, encodePayload } from "../../src/serializers/payload.ts";
import { plainJson } from "../../src/serializers/plain_json.ts";
import { richJson } from "../../src/serializers/rich_json.ts";
import type { Serializer } from "../../src/serializers/serializer.ts";
import { test } from "../harness.ts";

const broken: Serializer = {
  name: "broken",
  serialize() {
    throw new TypeError("no");
  },
  deserialize() {
    throw new TypeError("never");
  },
};

test("encodePayload() puts the serializer's name in front", () => {
  assert.equal(encodePayload({ a: 1 }, plainJson), 'json:{"a":1}');
  assert.equal(encodePayload(["a"], richJson), 'rich:[[1],"a"]');
  assert.equal(encodePayload(null, plainJson), "json:null");
});

test("encodePayload() stores no value as null", () => {
  assert.equal(encodePayload(undefined, plainJson), null);
  assert.equal(decodePayload(null), undefined);
});

test("encodePayload() reports what a serializer throws", () => {
  assert.throws(() => encodePayload(1, broken), (error) => {
    assert.ok(isCarillonError(error, "serializationFailed"));
    assert.equal(error.message, "The serializer 'broken' could not write the value: no");
    assert.ok(error.cause instanceof TypeError);
    return true;
  });
  assert.throws(() => encodePayload(NaN, plainJson), { code: "serializationFailed", message: /it is NaN/ });
});

test("encodePayload() refuses a serializer whose name could not be found again", () => {
  for (const name of ["", "a:b", "json2"]) {
    assert.throws(() => encodePayload(1, { ...plainJson, name }), { code: "invalidOption" });
  }
});

test("decodePayload() reads each value with the serializer that wrote it", () => {
  for (const serializer of [plainJson, richJson, cbor]) {
    const payload = encodePayload({ text: "a:b:c" }, serializer);
    assert.deepEqual(decodePayload(payload, [cbor]), { text: "a:b:c" });
  }
});

test("decodePayload() lets a given serializer win over a built-in one of its name", () => {
  const own: Serializer = { name: "json", serialize: String, deserialize: (text) => `own ${text}` };
  assert.equal(decodePayload("json:1", [own]), "own 1");
});

test("decodePayload() says which serializer is missing", () => {
  assert.throws(() => decodePayload("cbor:AQ=="), {
    code: "deserializationFailed",
    message: /written by the serializer 'cbor', .*give the scheduler that serializer/,
  });
  assert.throws(() => decodePayload("no colon"), {
    code: "deserializationFailed",
    message: /begins with 'no colon'/,
  });
});

test("decodePayload() reports what a serializer throws", () => {
  assert.throws(() => decodePayload("broken:1", [broken]), {
    code: "deserializationFailed",
    message: "The serializer 'broken' could not read the value: never",
  });
  assert.throws(() => decodePayload("json:{"), { code: "deserializationFailed", message: /is not JSON/ });
});
