import { jsonFile, type Project } from "../project.ts";
import type { Rule } from "../rule.ts";

/** The shell of `deno task` would find these in node_modules, and fail to run them. */
const RUNTIMES = new Set(["deno", "bun", "node"]);
const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/;

/** Every machine runs the same code, and users know why each package is there. */
export const packages: Rule = {
  name: "packages are pinned, none is a runtime, and the README gives a reason for each that is shipped",
  mend:
    "write the exact version in package.json and run `deno install`; name the package in the README's table",
  *check(project) {
    const readme = project.texts.get("README.md") ?? "";
    const shipped = entries(project, "dependencies");
    for (const [name, version] of [...shipped, ...entries(project, "devDependencies")]) {
      const line = lineOfKey(project, name);
      if (RUNTIMES.has(name)) yield { path: "package.json", line, what: `${name} is a runtime` };
      if (!EXACT.test(version)) {
        yield { path: "package.json", line, what: `${name} is ${version}, not one version` };
      }
    }
    for (const [name] of shipped) {
      const row = readme.split("\n").some((line) => line.startsWith("|") && line.includes(`\`${name}\``));
      if (!row) yield { path: "README.md", line: 1, what: `no row of a table names \`${name}\`` };
    }
  },
  broken: [
    { tree: tree({ dependencies: { hono: "^4.0.0" } }, "| `hono` | why |"), at: "package.json:3" },
    { tree: tree({ devDependencies: { bun: "1.4.5" } }, ""), at: "package.json:3" },
    { tree: tree({ dependencies: { hono: "4.0.0" } }, "We use `hono`."), at: "README.md:1" },
  ],
  kept: [
    tree({ dependencies: { hono: "4.0.0" }, devDependencies: { croner: "1.0.0-rc.1" } }, "| `hono` | why |"),
  ],
};

function tree(content: object, readme: string) {
  return { "package.json": JSON.stringify(content, undefined, 2), "README.md": readme };
}

function entries(project: Project, key: string): [string, string][] {
  return Object.entries((jsonFile(project, "package.json")[key] ?? {}) as Record<string, string>);
}

function lineOfKey(project: Project, name: string): number {
  const lines = (project.texts.get("package.json") ?? "").split("\n");
  return lines.findIndex((line) => line.includes(`"${name}":`)) + 1;
}
