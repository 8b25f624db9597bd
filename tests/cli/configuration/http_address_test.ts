import assert from "node:assert/strict";
import { readHttpAddress } from "../../../src/cli/configuration/setting_kinds.ts";
import { test } from "../../harness.ts";

test("readHttpAddress() reads host and port, or a port of this machine", () => {
  assert.deepEqual(readHttpAddress("0.0.0.0:8000", "x"), { hostname: "0.0.0.0", port: 8000 });
  assert.deepEqual(readHttpAddress("[::1]:80", "x"), { hostname: "::1", port: 80 });
  assert.deepEqual(readHttpAddress("example.com:0", "x"), { hostname: "example.com", port: 0 });
  assert.deepEqual(readHttpAddress("8000", "x"), { hostname: "127.0.0.1", port: 8000 });
  assert.deepEqual(readHttpAddress(8000, "x"), { hostname: "127.0.0.1", port: 8000 });
});

test("readHttpAddress() refuses all else, and shows how it is written", () => {
  for (
    const value of [
      "localhost",
      "localhost:",
      ":80",
      "a b:80",
      "::1:80",
      "host:65536",
      "http://a:80",
      "",
      null,
    ]
  ) {
    assert.throws(() => readHttpAddress(value, "Option 'http'"), {
      code: "invalidOption",
      message: `Option 'http' must be HOST:PORT such as 127.0.0.1:8000, but got '${value}'`,
    });
  }
});
