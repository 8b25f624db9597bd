import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type ControlToken, TokenTable } from "../../../src/http/auth/tokens.ts";
import { test } from "../../harness.ts";
import { thrown } from "../../registry/thrown.ts";

const FIRST = "first-token-Zk3v9sQx7LrT";
const SECOND = "c2VjcmV0LXRva2VuLWFnYWlu==";

test("TokenTable knows who holds a token, and the holder's role", () => {
  const table = new TokenTable([FIRST, { name: "ada", token: SECOND, role: "viewer" }]);
  assert.deepEqual(table.holderOf(FIRST, 0), { name: "token 1", role: "admin" });
  assert.deepEqual(table.holderOf(SECOND, 0), { name: "ada", role: "viewer" });
  for (const wrong of ["", "first", `${FIRST} `, FIRST.toUpperCase(), SECOND.slice(0, -2)]) {
    assert.equal(table.holderOf(wrong, 0), undefined, wrong);
  }
});

test("TokenTable takes the digest of a token in its place, and ends tokens at their instant", () => {
  const sha256 = createHash("sha256").update(FIRST).digest("hex");
  const table = new TokenTable([{ name: "ada", sha256, expiresAt: "1970-01-01T00:00:01Z" }]);
  assert.equal(table.holderOf(FIRST, 999)?.name, "ada");
  assert.equal(table.holderOf(FIRST, 1000), undefined);
  assert.equal(table.holderOf(sha256, 0), undefined);
});

test("TokenTable refuses tokens that are none or too short, without quoting them", () => {
  const short = "Zk3v9sQx7LrT2nWbY5pHc";
  const wrong: readonly unknown[] = [
    ...["", " ", "two words of some great length", "naïve-token-of-enough-length", `${FIRST}\n`, short],
    ...[5, null, undefined, {}, { name: "ada", token: "" }, { name: "", token: FIRST }, { token: FIRST }],
    { name: "ada", token: FIRST, sha256: "00".repeat(32) },
    { name: "ada", sha256: FIRST },
    { name: "ada", token: FIRST, role: "root" },
    { name: "ada", token: FIRST, scope: "all" },
  ];
  for (const token of wrong) {
    const { message } = thrown(() => new TokenTable([token as ControlToken]), "invalidOption");
    if (typeof token === "string" && token.trim() !== "") {
      assert.equal(message.includes(token), false, message);
    }
    assert.equal(message.includes(FIRST), false, message);
  }
  thrown(() => new TokenTable([]), "invalidOption");
  thrown(() => new TokenTable(FIRST as unknown as string[]), "invalidOption");
});

test("TokenTable does not show its tokens", () => {
  assert.equal(JSON.stringify(new TokenTable([FIRST])).includes("first"), false);
});
