import assert from "node:assert/strict";
import { cbor } from "../../src/serializers/cbor.ts";
import { serializerConformance } from "../../src/testing/serializer_conformance.ts";
import { test } from "../harness.ts";

serializerConformance({
  test: (name, body) => test(`cbor: ${name}`, body),
  serializer: cbor,
  holds: [
    "undefined",
    "undefined in an object",
    "undefined in an array",
    "NaN",
    "Infinity",
    "-Infinity",
    "a small bigint",
    "a large bigint",
    "a negative bigint",
    "Uint8Array",
    "an empty Uint8Array",
    "a long Uint8Array",
    "a part of a buffer",
    "a value that is shared",
  ],
  unreadable: ["////", btoa("\u0082\u0001"), btoa("\u0001\u0001")],
});

test("serialize() of cbor writes CBOR in base64", () => {
  // {"a": [1, h'ff']} as RFC 8949 writes it.
  assert.equal(cbor.serialize({ a: [1, new Uint8Array([255])] }), btoa("\xa1\x61a\x82\x01\x41\xff"));
});

test("serialize() of cbor keeps the order of keys", () => {
  assert.deepEqual(Object.keys(cbor.deserialize(cbor.serialize({ bb: 1, a: 2, c: 3 })) as object), [
    "bb",
    "a",
    "c",
  ]);
});
