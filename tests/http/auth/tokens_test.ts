import assert from "node:assert/strict";
import { TokenTable } from "../../../src/http/auth/tokens.ts";
import { test } from "../../harness.ts";
import { thrown } from "../../registry/thrown.ts";

test("TokenTable knows who holds a token", () => {
  const table = new TokenTable(["first-token", { name: "ada", token: "c2VjcmV0LXRva2Vu==" }]);
  assert.equal(table.holderOf("first-token"), "token 1");
  assert.equal(table.holderOf("c2VjcmV0LXRva2Vu=="), "ada");
  for (const wrong of ["", "first", "first-token ", "FIRST-TOKEN", "c2VjcmV0LXRva2Vu"]) {
    assert.equal(table.holderOf(wrong), undefined, wrong);
  }
  assert.equal(table.empty, false);
  assert.equal(new TokenTable([]).empty, true);
});

test("TokenTable refuses tokens that no header can carry, without saying them", () => {
  const wrong: readonly unknown[] = ["", " ", "two words", "naïve", "line\n", 5, null, undefined, {}, {
    name: "ada",
    token: "",
  }];
  for (const token of wrong) {
    const { message } = thrown(() => new TokenTable([token as string]), "invalidOption");
    assert.match(message, /'tokens'/);
    if (typeof token === "string" && token.trim() !== "") assert.equal(message.includes(token), false);
  }
  thrown(() => new TokenTable([{ name: "", token: "secret" }]), "invalidOption");
  thrown(() => new TokenTable("secret" as unknown as string[]), "invalidOption");
});

test("TokenTable does not show its tokens", () => {
  const table = new TokenTable(["first-token"]);
  assert.equal(JSON.stringify(table).includes("first"), false);
});
