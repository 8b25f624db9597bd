import { jsonFile, type Project } from "../project.ts";
import type { Rule } from "../rule.ts";
import { isBuiltin } from "node:module";

/** Bare names for packages, `node:` for the platform, full file names for our own files: every runtime resolves these. */
export const specifiers: Rule = {
  name: "every import resolves, and src depends on nothing that is only there for development",
  mend: "fix the path, write the bare name, or add the package to package.json (dependencies for src)",
  *check(project) {
    const packages = packagesOf(project);
    for (const file of project.files.values()) {
      for (const { specifier, target, line } of file.imports) {
        const what = target === undefined
          ? bareProblem(file.path, specifier, packages)
          : project.texts.has(target)
          ? undefined
          : "does not exist";
        if (what !== undefined) yield { path: file.path, line, what: `${specifier} ${what}` };
      }
    }
  },
  broken: [
    { tree: { "src/a.ts": `\nimport "./b.ts";` }, at: "src/a.ts:2" },
    { tree: { "src/a.ts": `import "./b";`, "src/b.ts": "" }, at: "src/a.ts:1" },
    { tree: { "src/a.ts": `import "left-pad";` }, at: "src/a.ts:1" },
    { tree: { "src/a.ts": `import "npm:zod@4";` }, at: "src/a.ts:1" },
    { tree: { "src/a.ts": `import "https://example.com/a.ts";` }, at: "src/a.ts:1" },
    { tree: { "src/a.ts": `import "fs";` }, at: "src/a.ts:1" },
    { tree: { "src/a.ts": `import "node:nothing";` }, at: "src/a.ts:1" },
    {
      tree: {
        "src/a.ts": `import "fast-check";`,
        "package.json": `{"devDependencies":{"fast-check":"1.0.0"}}`,
      },
      at: "src/a.ts:1",
    },
    { tree: { "examples/a.ts": `import "carillon/nothing";` }, at: "examples/a.ts:1" },
  ],
  kept: [{
    "deno.json":
      `{"imports":{"carillon":"./mod.ts","@std/cli/parse-args":"./types/a.ts","deno-std/":"npm:/deno-std@1/"}}`,
    "package.json":
      `{"dependencies":{"hono":"1.0.0","@libsql/client":"1.0.0"},"devDependencies":{"fast-check":"1.0.0"}}`,
    "src/a.ts":
      `import "./b.ts"; import "node:fs/promises"; import "hono/streaming"; import "@libsql/client/web";`,
    "src/b.ts": `import "@std/cli/parse-args"; import "deno-std/a.js"; import("./a.ts");`,
    "tests/a_test.ts": `import "fast-check"; import "carillon";`,
  }],
};

interface Packages {
  readonly aliases: readonly string[];
  readonly dependencies: ReadonlySet<string>;
  readonly development: ReadonlySet<string>;
}

function packagesOf(project: Project): Packages {
  const keys = (path: string, key: string) => Object.keys((jsonFile(project, path)[key] ?? {}) as object);
  return {
    aliases: keys("deno.json", "imports"),
    dependencies: new Set([
      ...keys("package.json", "dependencies"),
      ...keys("package.json", "optionalDependencies"),
    ]),
    development: new Set(keys("package.json", "devDependencies")),
  };
}

function bareProblem(path: string, specifier: string, packages: Packages): string | undefined {
  if (specifier.startsWith("node:")) return isBuiltin(specifier) ? undefined : "is no module of the platform";
  if (/^[a-z]+:/.test(specifier)) return "is not a bare name";
  if (
    packages.aliases.some((alias) =>
      alias === specifier || (alias.endsWith("/") && specifier.startsWith(alias))
    )
  ) return undefined;
  const name = specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
  if (packages.dependencies.has(name)) return undefined;
  if (!packages.development.has(name)) return "is not in package.json";
  return path.startsWith("src/") ? "is only a devDependency" : undefined;
}
