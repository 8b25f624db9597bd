import assert from "node:assert/strict";
import { fileLayer } from "../../../src/cli/configuration/file_layer.ts";
import { test } from "../../harness.ts";
import { withProject } from "../sample_project.ts";

async function problemsOf(
  files: Readonly<Record<string, string>>,
  named?: string,
): Promise<readonly string[]> {
  let messages: readonly string[] = [];
  await withProject(files, async ({ folder }) => {
    const { problems } = await fileLayer(folder, named);
    messages = problems.map(({ message }) => message);
  });
  return messages;
}

test("fileLayer() says nothing where there is no configuration file", async () => {
  await withProject({}, async ({ folder }) => {
    assert.deepEqual(await fileLayer(folder, undefined), { given: [], problems: [] });
  });
});

test("fileLayer() reads settings from JSON, those in sections by their paths", async () => {
  const text = JSON.stringify({
    timeZone: "UTC",
    defaults: { retry: { maxAttempts: 3 } },
    store: { url: "file:a" },
  });
  await withProject({ "carillon.config.json": text }, async ({ folder }) => {
    const source = "carillon.config.json";
    assert.deepEqual((await fileLayer(folder, undefined)).given, [
      { path: "timeZone", value: "UTC", source },
      { path: "defaults.retry.maxAttempts", value: 3, source },
      { path: "store", value: { url: "file:a" }, source },
    ]);
  });
});

test("fileLayer() reads the default export of a module", async () => {
  const text = `const folder = "jobs";\nexport default { tasks: folder };`;
  await withProject({ "carillon.config.ts": text }, async ({ folder }) => {
    const { given: said } = await fileLayer(folder, undefined);
    assert.deepEqual(said, [{ path: "tasks", value: "jobs", source: "carillon.config.ts" }]);
  });
});

test("fileLayer() refuses keys that do not exist, with the nearest one", async () => {
  const text = JSON.stringify({
    timezone: "UTC",
    defaults: { retry: { maxAttemps: 3 }, foo: 1 },
    defautls: {},
  });
  const problems = await problemsOf({ "carillon.config.json": text });
  assert.deepEqual(problems, [
    "There is no setting 'timezone' (in carillon.config.json); did you mean 'timeZone'?",
    "There is no setting 'defaults.retry.maxAttemps' (in carillon.config.json); did you mean 'maxAttempts'?",
    "There is no setting 'defaults.foo' (in carillon.config.json)",
    "There is no setting 'defautls' (in carillon.config.json); did you mean 'defaults'?",
  ]);
});

test("fileLayer() refuses a section that is no object", async () => {
  const problems = await problemsOf({ "carillon.config.json": `{"defaults":{"retry":3}}` });
  assert.deepEqual(problems, ["'defaults.retry' in carillon.config.json must be an object"]);
});

test("fileLayer() refuses a file that cannot be read, and says why", async () => {
  const [json] = await problemsOf({ "carillon.config.json": "{ not json" });
  assert.match(json!, /Cannot read the configuration file 'carillon\.config\.json': it has a syntax error/);
  const [code] = await problemsOf({ "carillon.config.ts": "throw new Error('no such secret');" });
  assert.match(code!, /Cannot read the configuration file 'carillon\.config\.ts': no such secret/);
  const [list] = await problemsOf({ "carillon.config.json": "[]" });
  assert.match(list!, /must hold an object/);
  const [nothing] = await problemsOf({ "carillon.config.ts": "export const a = 1;" });
  assert.match(nothing!, /export an object as its default/);
  const [missing] = await problemsOf({}, "other.json");
  assert.equal(missing, "There is no configuration file 'other.json'");
});

test("fileLayer() reports a syntax error by its place, and quotes nothing of the file", async () => {
  const broken = {
    "carillon.config.json": [
      '{"tokens": ["s3cret-Zk3v9sQx7" s3cret]}',
      '{"tokens": s3cret-Zk3v9sQx7}',
      "s3cret",
    ],
    "carillon.config.ts": [
      'export default {\n  tokens: ["s3cret-Zk3v9sQx7" s3cret],\n};',
      "export default { tokens: s3cret 's3cret' };",
      "export default { tokens: 's3cret",
    ],
  };
  for (const [name, texts] of Object.entries(broken)) {
    for (const text of texts) {
      const [problem] = await problemsOf({ [name]: text });
      assert.match(
        problem!,
        /Cannot read the configuration file '[\w.]+': it has a syntax error( in line \d+, column \d+)?$/,
      );
      assert.doesNotMatch(problem!, /s3cret/);
    }
  }
});

test("fileLayer() refuses two files, of which one would be ignored", async () => {
  const files = { "carillon.config.ts": "export default {};", "carillon.config.json": "{}" };
  const [problem] = await problemsOf(files);
  assert.match(problem!, /two configuration files, carillon\.config\.ts and carillon\.config\.json/);
  assert.deepEqual(await problemsOf(files, "carillon.config.json"), []);
});
