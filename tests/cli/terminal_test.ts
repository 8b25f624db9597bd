import assert from "node:assert/strict";
import { programName } from "../../src/cli/terminal.ts";
import { test } from "../harness.ts";

test("programName() is what the user typed", () => {
  const task = { INIT_CWD: "/app", npm_config_user_agent: "deno/2.9.5 npm/? deno/2.9.5 linux x86_64" };
  const main = "/app/src/cli/main.ts";
  assert.equal(programName(["/usr/bin/deno", main], "/app", task), "deno task scheduler");
  assert.equal(programName(["/usr/bin/deno", main], "/app", {}), "deno run -A src/cli/main.ts");
  assert.equal(programName(["/usr/bin/bun", main], "/app", {}), "bun src/cli/main.ts");
  assert.equal(programName(["/usr/bin/node", main], "/srv", {}), "node /app/src/cli/main.ts");
  assert.equal(programName(["/usr/bin/node", "/app/node_modules/.bin/carillon"], "/app", {}), "carillon");
});
