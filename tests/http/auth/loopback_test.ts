import assert from "node:assert/strict";
import { isLoopback, refuseOpenOffLoopback } from "../../../src/http/auth/loopback.ts";
import { test } from "../../harness.ts";
import { thrown } from "../../registry/thrown.ts";

test("isLoopback() knows this machine's own names and addresses", () => {
  for (
    const host of ["localhost", "LOCALHOST", "localhost.", "app.localhost", "127.0.0.1", "127.1.2.3", "::1"]
  ) {
    assert.equal(isLoopback(host), true, host);
  }
  for (const host of ["[::1]", "::ffff:127.0.0.1", "[::FFFF:127.0.0.1]"]) {
    assert.equal(isLoopback(host), true, host);
  }
});

test("isLoopback() takes nothing else for this machine", () => {
  for (
    const host of [
      "",
      "0.0.0.0",
      "::",
      "10.0.0.1",
      "127.0.0.1.example.com",
      "localhost.example.com",
      "127.example",
    ]
  ) {
    assert.equal(isLoopback(host), false, host);
  }
});

test("refuseOpenOffLoopback() refuses an address that others reach, unless there is a token", () => {
  for (const tokens of [undefined, []]) {
    for (const hostname of ["0.0.0.0", "::", "", "192.168.1.5", "example.com"]) {
      const { message, details } = thrown(
        () => refuseOpenOffLoopback(hostname, tokens),
        "authenticationRequired",
      );
      assert.match(message, /authentication.*'tokens'/);
      assert.equal(details["hostname"], hostname);
    }
    refuseOpenOffLoopback("127.0.0.1", tokens);
    refuseOpenOffLoopback("localhost", tokens);
  }
  refuseOpenOffLoopback("0.0.0.0", ["secret-token"]);
});
