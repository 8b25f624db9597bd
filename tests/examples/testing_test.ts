import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "../harness.ts";
// These are tests by themselves, as users write them.
import "../../examples/testing/faults_test.ts";
import "../../examples/testing/invoices_test.ts";
import "../../examples/testing/on_node_test.ts";
import "../../examples/testing/own_broker_test.ts";
import "../../examples/testing/own_executor_test.ts";
import "../../examples/testing/own_serializer_test.ts";
import "../../examples/testing/own_store_test.ts";
import "../../examples/testing/own_trigger_test.ts";

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), "utf8");

test("every example of a test runs here, and the guide shows it as it is", async () => {
  const here = await read("tests/examples/testing_test.ts");
  const guide = await read("docs/testing.md");
  const blocks = [...guide.matchAll(/```ts\n(.*?)```/gs)].map((block) => block[1]);
  for (const name of await readdir(new URL("../../examples/testing/", import.meta.url))) {
    const path = `examples/testing/${name}`;
    assert.ok(here.includes(`import "../../${path}";`), `${path} is not imported`);
    assert.ok(blocks.includes(await read(path)), `docs/testing.md does not show ${path} as it is`);
  }
});
