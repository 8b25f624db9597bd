import { filesUnder } from "../project.ts";
import type { Rule } from "../rule.ts";
import { lineOf, type SourceFile, walk } from "../source_file.ts";
import ts from "typescript";

const READS = new Set([
  "Date.now",
  "performance.now",
  "performance.timeOrigin",
  "process.hrtime",
  "process.uptime",
  "Temporal.Now",
  "globalThis.Temporal",
  "globalThis.setTimeout",
  "globalThis.setInterval",
  "AbortSignal.timeout",
]);
const TIMERS = new Set(["setTimeout", "setInterval"]);
const TIMER_MODULES = new Set(["node:timers", "node:timers/promises"]);

/** Time is an argument, so that a test can run years of a scheduler in a second. */
export const clock: Rule = {
  name: "only src/time reads the clock, sets timers or touches the global Temporal",
  mend: 'take a Clock as an argument, and `import { Temporal } from ".../time/temporal.ts"` for values',
  *check(project) {
    for (const file of filesUnder(project, "src/", "mod.ts")) {
      if (file.path.startsWith("src/time/")) continue;
      const found = new Map<string, ts.Node>();
      const temporal = importsTemporal(file);
      walk(file.tree, (node) => {
        const what = clockUse(node, temporal);
        if (what !== undefined) found.set(`${what} ${node.pos}`, node);
      });
      for (const [key, node] of found) {
        yield { path: file.path, line: lineOf(file, node), what: key.slice(0, key.lastIndexOf(" ")) };
      }
    }
  },
  broken: [
    { tree: { "src/a.ts": "const a = Date.now();" }, at: "src/a.ts:1" },
    { tree: { "src/a.ts": "\nconst a = new Date();" }, at: "src/a.ts:2" },
    { tree: { "src/a.ts": "const a = Date();" }, at: "src/a.ts:1" },
    { tree: { "src/a.ts": "const a = performance.now;" }, at: "src/a.ts:1" },
    { tree: { "src/a.ts": "setTimeout(() => {}, 5);" }, at: "src/a.ts:1" },
    { tree: { "src/a.ts": "const timer = setInterval;" }, at: "src/a.ts:1" },
    { tree: { "src/a.ts": "const a = AbortSignal.timeout(5);" }, at: "src/a.ts:1" },
    { tree: { "src/a.ts": `import { setTimeout as wait } from "node:timers/promises";` }, at: "src/a.ts:1" },
    { tree: { "src/a.ts": "const a = globalThis.Temporal;" }, at: "src/a.ts:1" },
    { tree: { "src/a.ts": "const a = Temporal.Instant.from(b);" }, at: "src/a.ts:1" },
    {
      tree: { "src/a.ts": `import { Temporal } from "./time/temporal.ts";\nTemporal.Now.instant();` },
      at: "src/a.ts:2",
    },
  ],
  kept: [
    { "src/time/a.ts": "const a = Date.now(); setTimeout(() => {}, 1); globalThis.Temporal;" },
    { "src/a.ts": "const a = new Date(0); let b: Temporal.Instant; const c = options.now(); // Date.now()" },
    {
      "src/a/b.ts": `import { Temporal } from "../time/temporal.ts"; const a = Temporal.Instant.from(b);`,
    },
  ],
};

function clockUse(node: ts.Node, temporal: boolean): string | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    return TIMER_MODULES.has(node.moduleSpecifier.text) ? `imports ${node.moduleSpecifier.text}` : undefined;
  }
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const name = `${node.expression.text}.${node.name.text}`;
    if (READS.has(name)) return name;
    if (node.expression.text === "Temporal" && !temporal) return `the global ${name}`;
  }
  if (ts.isNewExpression(node)) {
    return isNamed(node.expression, "Date") && !node.arguments?.length ? "new Date()" : undefined;
  }
  if (ts.isCallExpression(node) && isNamed(node.expression, "Date")) return "Date()";
  const timer = ts.isIdentifier(node) && TIMERS.has(node.text) && !isMemberName(node) && !isTypeQuery(node);
  return timer ? node.text : undefined;
}

function importsTemporal(file: SourceFile): boolean {
  return file.imports.some(({ target }) => target === "src/time/temporal.ts");
}

function isNamed(node: ts.Node, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name;
}

/** `clock.setTimeout` and `{ setTimeout: … }` are names of members, not the global. */
function isMemberName(node: ts.Identifier): boolean {
  const parent = node.parent;
  return (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    ((ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent) || ts.isMethodSignature(parent)) &&
      parent.name === node);
}

function isTypeQuery(node: ts.Identifier): boolean {
  return ts.isTypeQueryNode(node.parent);
}
