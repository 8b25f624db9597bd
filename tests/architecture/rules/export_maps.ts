import { jsonFile, type Project } from "../project.ts";
import type { Rule, Violation } from "../rule.ts";

/** An import of a subpath loads the same file on every runtime. */
export const exportMaps: Rule = {
  name: "the export maps of deno.json and package.json agree, and what they name exists",
  mend: "change deno.json (exports and imports) and package.json (exports) together",
  *check(project) {
    const deno = stringsOf(jsonFile(project, "deno.json")["exports"]);
    const npm = stringsOf(jsonFile(project, "package.json")["exports"]);
    const aliases = stringsOf(jsonFile(project, "deno.json")["imports"]);
    if (deno["."] === undefined) yield { path: "deno.json", line: 1, what: 'exports no "."' };
    for (const subpath of new Set([...Object.keys(deno), ...Object.keys(npm)])) {
      const alias = `carillon${subpath.slice(1)}`;
      yield* differs(subpath, deno[subpath], npm[subpath], "package.json");
      yield* differs(alias, deno[subpath], aliases[alias], "deno.json");
      yield* missing(project, deno[subpath]);
    }
  },
  broken: [
    { tree: {}, at: "deno.json:1" },
    { tree: maps({ ".": "./mod.ts" }, {}, { "mod.ts": "" }), at: "package.json:1" },
    {
      tree: maps({ ".": "./mod.ts" }, { ".": "./mod.ts", "./a": "./a.ts" }, { "mod.ts": "" }),
      at: "package.json:1",
    },
    { tree: maps({ ".": "./mod.ts" }, { ".": "./other.ts" }, { "mod.ts": "" }), at: "package.json:1" },
    { tree: maps({ ".": "./mod.ts" }, { ".": "./mod.ts" }, {}), at: "deno.json:1" },
  ],
  kept: [maps({ ".": "./mod.ts", "./a": "./src/a.ts" }, { ".": "./mod.ts", "./a": "./src/a.ts" }, {
    "mod.ts": "",
    "src/a.ts": "",
  })],
};

type Strings = Readonly<Record<string, string>>;

function maps(deno: Strings, npm: Strings, rest: Strings): Strings {
  const imports = Object.fromEntries(
    Object.entries(deno).map(([key, path]) => [`carillon${key.slice(1)}`, path]),
  );
  return {
    "deno.json": JSON.stringify({ exports: deno, imports }),
    "package.json": JSON.stringify({ exports: npm }),
    ...rest,
  };
}

function stringsOf(value: unknown): Strings {
  return typeof value === "object" && value !== null ? value as Strings : {};
}

function* differs(
  key: string,
  wanted: string | undefined,
  got: string | undefined,
  path: string,
): Generator<Violation> {
  if (wanted !== got) {
    yield { path, line: 1, what: `${key} is ${got ?? "missing"}, deno.json exports ${wanted ?? "nothing"}` };
  }
}

function* missing(project: Project, target: string | undefined): Generator<Violation> {
  if (target === undefined || project.files.has(target.replace(/^\.\//, ""))) return;
  yield { path: "deno.json", line: 1, what: `exports ${target}, which does not exist` };
}
