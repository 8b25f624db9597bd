/**
 * Plants a bug in a copy of the tree and runs seeds until one fails: `deno task plant-bug missing-fence`, or `all`.
 * Options: `--seeds N` (1000), `--first K` (1). Exit code 0 when every planted bug was caught.
 */
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { type Mutation, mutations } from "../tests/simulation/mutations.ts";

const COPIED = [
  "src",
  "tests/simulation",
  "tests/harness.ts",
  "tools/simulate.ts",
  "tools/simulation_pool.ts",
  "tools/simulation_worker.ts",
  "types",
  "mod.ts",
  "deno.json",
  "package.json",
];

/** Plants one bug and answers the line about it: the seed that caught it, or that none did. */
async function plant(
  mutation: Mutation,
  seeds: string,
  first: string,
): Promise<{ line: string; caught: boolean }> {
  const folder = await mkdtemp(join(tmpdir(), "carillon-bug-"));
  try {
    for (const path of COPIED) await cp(path, join(folder, path), { recursive: true });
    await symlink(resolve("node_modules"), join(folder, "node_modules"));
    const file = join(folder, mutation.file);
    const text = await readFile(file, "utf8");
    if (text.split(mutation.find).length !== 2) {
      throw new Error(`${mutation.name}: its text is not once in ${mutation.file}`);
    }
    await writeFile(file, text.replace(mutation.find, () => mutation.replace));
    const output = await simulation(folder, seeds, first);
    const found = /seed (\d+) on memory fails (.*)/.exec(output);
    const line = found
      ? `${mutation.name}: seed ${found[1]}, ${found[2]}`
      : `${mutation.name}: not caught\n${output.slice(-500)}`;
    return { line, caught: found !== null };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function simulation(cwd: string, seeds: string, first: string): Promise<string> {
  const args = [
    "run",
    "-A",
    "--no-check",
    "--no-lock",
    "tools/simulate.ts",
    "tools/simulation_pool.ts",
    "tools/simulation_worker.ts",
    "--seeds",
    seeds,
    "--first",
    first,
    "--no-shrink",
  ];
  return new Promise((done) =>
    execFile(process.execPath, args, { cwd }, (_error, out, err) => done(out + err))
  );
}

if (import.meta.main) {
  const { values, positionals: [name] } = parseArgs({
    args: process.argv.slice(2),
    allowPositionals: true,
    options: { seeds: { type: "string", default: "1000" }, first: { type: "string", default: "1" } },
  });
  const wanted = mutations.filter((one) => name === "all" || one.name === name);
  if (wanted.length === 0) throw new Error(`Name a bug: all, ${mutations.map((one) => one.name).join(", ")}`);
  for (const mutation of wanted) {
    const { line, caught } = await plant(mutation, values.seeds, values.first);
    process.stdout.write(`${line}\n`);
    if (!caught) process.exitCode = 1;
  }
}
