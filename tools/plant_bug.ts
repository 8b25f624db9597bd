/**
 * Plants a bug in a copy of the tree and simulates the seed that is known to catch it: `deno task plant-bug
 * missing-fence`, or `all`. With `--seeds N` (and `--first K`) it looks for the first of N seeds that does. Exit code 0
 * when every planted bug was caught.
 */
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import type { Mutation } from "../tests/simulation/mutation.ts";
import { mutations } from "../tests/simulation/mutations.ts";
import type { StoreKind } from "../tests/simulation/run_seed.ts";
import { numberOption, refuse, toolOptions } from "./tool_options.ts";

const COPIED = [
  "src",
  "tests/simulation",
  "tests/harness.ts",
  "tests/random.ts",
  "tools/simulate.ts",
  "tools/simulation_pool.ts",
  "tools/simulation_worker.ts",
  "tools/tool_options.ts",
  "types",
  "mod.ts",
  "deno.json",
  "package.json",
];

/** Which seeds are lived through. */
interface Range {
  readonly first: number;
  readonly seeds: number;
}

/** The result of a planted bug. */
export interface Planted {
  /** The seed that caught it, or that none did. */
  readonly line: string;
  readonly seed: number | undefined;
}

/** Plants one bug, in a copy. */
export async function plantBug(mutation: Mutation, range?: Range): Promise<Planted> {
  const folder = await mkdtemp(join(tmpdir(), "carillon-bug-"));
  try {
    for (const path of COPIED) await cp(path, join(folder, path), { recursive: true });
    await symlink(resolve("node_modules"), join(folder, "node_modules"));
    for (const { file, find, replace } of [mutation, ...mutation.unmask ?? []]) {
      const text = await readFile(join(folder, file), "utf8");
      if (text.split(find).length !== 2) {
        throw new Error(`${mutation.name}: its text is not once in ${file}`);
      }
      await writeFile(join(folder, file), text.replace(find, () => replace));
    }
    const output = await simulation(folder, range ?? { first: mutation.seed, seeds: 1 }, mutation.store);
    const found = /seed (\d+) on \w+ fails (.*)/.exec(output);
    if (found) {
      return { line: `${mutation.name}: seed ${found[1]}, ${found[2]}`, seed: Number(found[1]) };
    }
    return { line: `${mutation.name}: not caught\n${output.slice(0, 1000)}`, seed: undefined };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function simulation(cwd: string, { first, seeds }: Range, store: StoreKind = "memory"): Promise<string> {
  const options = ["--seeds", `${seeds}`, "--first", `${first}`, "--store", store, "--no-shrink"];
  const args = ["run", "-A", "--no-check", "--no-lock", "tools/simulate.ts", ...options];
  return new Promise((done) =>
    execFile(process.execPath, args, { cwd }, (_error, out, err) => done(out + err))
  );
}

async function main(): Promise<void> {
  const options = { seeds: { type: "string" }, first: { type: "string", default: "1" } } as const;
  const { values, positionals: [name] } = toolOptions(options, true);
  const wanted = mutations.filter((one) => name === "all" || one.name === name);
  if (wanted.length === 0) refuse(`Name a bug: all, ${mutations.map((one) => one.name).join(", ")}`);
  const range = values.seeds === undefined
    ? undefined
    : { seeds: numberOption(values.seeds, "--seeds", 1), first: numberOption(values.first, "--first", 0) };
  for (const mutation of wanted) {
    const { line, seed } = await plantBug(mutation, range);
    process.stdout.write(`${line}\n`);
    if (seed === undefined) process.exitCode = 1;
  }
}

if (import.meta.main) await main();
