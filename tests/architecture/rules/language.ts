import { filesUnder } from "../project.ts";
import type { Rule } from "../rule.ts";
import { hasModifier, lineOf, walk } from "../source_file.ts";
import ts from "typescript";

/** The part of TypeScript that disappears when types are stripped, and whose privacy is real. */
export const language: Rule = {
  name:
    "no enums, no namespaces, no `private` keyword, no `using` in the library, and top-level functions are functions",
  mend:
    "a union of strings, a module, a #private field, `try … finally` (Node 22 cannot read `using`), `function name()`",
  *check(project) {
    for (const file of filesUnder(project, "src/", "tests/", "tools/", "bench/", "examples/", "tasks/")) {
      const found: { line: number; what: string }[] = [];
      walk(file.tree, (node) => {
        const what = unwanted(node, file.path.startsWith("src/")) ?? unreadable(node, file.path);
        if (what !== undefined) found.push({ line: lineOf(file, node), what });
      });
      for (const { line, what } of found) yield { path: file.path, line, what };
    }
  },
  broken: [
    { tree: { "src/a.ts": "\nenum A { B }" }, at: "src/a.ts:2" },
    { tree: { "tests/a_test.ts": "namespace A { export const b = 1; }" }, at: "tests/a_test.ts:1" },
    { tree: { "src/a.ts": "class A {\n  private b = 1;\n}" }, at: "src/a.ts:2" },
    { tree: { "src/a.ts": "class A {\n  constructor(private readonly b: number) {}\n}" }, at: "src/a.ts:2" },
    { tree: { "src/a.ts": "{\n  using a = b();\n}" }, at: "src/a.ts:2" },
    { tree: { "src/a.ts": "export const add = (a: number) => a + 1;" }, at: "src/a.ts:1" },
  ],
  kept: [{
    "src/a.ts": "class A { #b = 1; }\nconst handlers = { a: () => 1 };\nfunction b() { const c = () => 1; }",
    "tests/a_test.ts":
      "class A { constructor(private readonly b: number) {} }\nconst a = () => 1;\nusing c = d();",
    "src/cli/a.ts": "{ using a = b(); }",
  }],
};

function unwanted(node: ts.Node, inSource: boolean): string | undefined {
  if (ts.isEnumDeclaration(node)) return "an enum";
  if (ts.isModuleDeclaration(node) && ts.isIdentifier(node.name) && node.name.text !== "global") {
    return "a namespace";
  }
  if (!inSource) return undefined;
  if (hasModifier(node, ts.SyntaxKind.PrivateKeyword)) return "the keyword private";
  const topLevel = ts.isVariableDeclaration(node) && ts.isSourceFile(node.parent.parent.parent);
  return topLevel && node.initializer !== undefined && isPlainArrow(node)
    ? "a top-level arrow function"
    : undefined;
}

/** The command line needs more than Node 22 anyway. */
function unreadable(node: ts.Node, path: string): string | undefined {
  const inLibrary = path.startsWith("src/") && !path.startsWith("src/cli/");
  const using = ts.isVariableDeclarationList(node) &&
    (node.flags & ts.NodeFlags.Using) === ts.NodeFlags.Using;
  return inLibrary && using ? "a declaration with using" : undefined;
}

/** An arrow that takes its type from an annotation could not be a function declaration. */
function isPlainArrow(node: ts.VariableDeclaration): boolean {
  return node.type === undefined && node.initializer !== undefined && ts.isArrowFunction(node.initializer);
}
