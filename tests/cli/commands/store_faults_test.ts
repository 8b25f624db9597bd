import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { loadNativeBinding } from "../../../src/stores/libsql/native/native_binding.ts";
import { test } from "../../harness.ts";
import { type SampleProject, sampleTasks, withProject } from "../sample_project.ts";

/** Runs statements in the project's database, and something while its connection is open. */
async function inDatabase(
  project: SampleProject,
  sql: string,
  during = () => Promise.resolve(),
): Promise<void> {
  const database = new (await loadNativeBinding())(join(project.folder, "carillon.db"));
  try {
    database.prepare(sql).run([]);
    await during();
  } finally {
    database.close();
  }
}

test("commands refuse a file that is no database, and leave it as it is", async () => {
  const files = { ...sampleTasks, "carillon.db": "not a database, but somebody's notes ".repeat(50) };
  await withProject(files, async (project) => {
    for (const args of [["jobs"], ["run", "sample.greet"], ["migrate"], ["start"]]) {
      const { code, out, err } = await project.run(args);
      assert.equal(code, 7, args.join(" "));
      assert.equal(out, "");
      assert.match(err, /^error: Cannot use the store .*not a database.*\(storeCorrupt\)\n$/);
    }
    assert.equal(await project.read("carillon.db"), files["carillon.db"]);
    assert.deepEqual((await readdir(project.folder)).sort(), ["carillon.db", "tasks"]);
  });
});

test("commands refuse the tables of a newer Carillon", async () => {
  await withProject(sampleTasks, async (project) => {
    await project.run(["migrate"]);
    await inDatabase(project, "update carillon_meta set value = 99");
    for (const args of [["jobs"], ["run", "sample.greet"], ["migrate"], ["start"]]) {
      const { code, err } = await project.run(args);
      assert.equal(code, 7, args.join(" "));
      assert.match(err, /^error: .*version 99.*update Carillon \(storeNewerSchema\)\n$/);
    }
  });
});

test("commands that write refuse a database that can only be read", async () => {
  await withProject(sampleTasks, async (project) => {
    await project.run(["migrate"]);
    const env = { CARILLON_STORE: `${project.store}?mode=ro` };
    assert.equal((await project.run(["jobs"], { env })).code, 0);
    const { code, err } = await project.run(["run", "sample.greet"], { env });
    assert.equal(code, 7);
    assert.match(err, /^error: .*can only be read.*\(storeReadOnly\)\n$/);
    assert.deepEqual(await project.json(["jobs"]), []);
  });
});

test("commands give up on a database that stays locked, with an exit code that says to try again", async () => {
  const files = {
    ...sampleTasks,
    "carillon.config.ts": `
      import { makeLibsqlStore } from "${new URL(
      "../../../src/stores/libsql/libsql_store.ts",
      import.meta.url,
    )}";
      import { parseAddress } from "${new URL("../../../src/stores/libsql/address.ts", import.meta.url)}";
      import { sqliteDialect } from "${new URL(
      "../../../src/stores/sqlite/schema/dialect.ts",
      import.meta.url,
    )}";
      const address = parseAddress("file:" + import.meta.dirname + "/carillon.db");
      // A store that gives up sooner than the usual half minute.
      const store = makeLibsqlStore({ address, dialect: sqliteDialect(), synchronous: "full", lockedMs: 100 });
      export default { store };`,
  };
  await withProject(files, async (project) => {
    await project.run(["migrate"]);
    await inDatabase(project, "begin immediate", async () => {
      const { code, err } = await project.run(["run", "sample.greet"], { env: { CARILLON_STORE: "" } });
      assert.equal(code, 8);
      assert.match(err, /^error: .*another process kept it locked.*\(storeBusy\)\n$/);
    });
    assert.deepEqual(await project.json(["jobs"]), []);
  });
});

test("commands say what a store in a folder that is not there needs", async () => {
  await withProject(sampleTasks, async (project) => {
    const env = { CARILLON_STORE: `file:${project.folder}/nowhere/a.db` };
    const { code, err } = await project.run(["run", "sample.greet"], { env });
    assert.equal(code, 7);
    assert.match(err, /its folder must exist.*\(storeUnavailable\)/);
  });
});
