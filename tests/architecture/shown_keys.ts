import { filesUnder, type Project } from "./project.ts";
import { comments, sourceFile, walk } from "./source_file.ts";
import ts from "typescript";

/** The keys used in object literals, by the function, option or variable that an object literal is given to. */
export type ShownKeys = ReadonlyMap<string, ReadonlySet<string>>;

const BLOCK = /^([ \t*]*)```ts\n([\s\S]*?)^\1```/gm;

/** The code of every example that the gate runs: guides, doc comments, and the programs in `examples`. */
export function examplesOf(project: Project): string[] {
  const guides = [...project.texts].filter(([path]) => path === "README.md" || isRunGuide(project, path));
  const docs = filesUnder(project, "mod.ts", "src/").flatMap((file) =>
    comments(file).map(({ text }) => text)
  );
  const programs = filesUnder(project, "examples/").map(({ text }) => text);
  return [...guides.map(([, text]) => text), ...docs].flatMap(blocksOf).concat(programs);
}

/** The keys of all object literals in some programs. */
export function shownKeys(programs: readonly string[]): ShownKeys {
  const shown = new Map<string, Set<string>>();
  for (const program of programs) {
    walk(sourceFile("example.ts", program).tree, (node) => {
      if (!ts.isObjectLiteralExpression(node)) return;
      const holder = holderOf(node);
      if (holder === undefined) return;
      const keys = shown.get(holder) ?? new Set();
      for (const { name } of node.properties) if (name !== undefined) keys.add(name.getText());
      shown.set(holder, keys);
    });
  }
  return shown;
}

/** The gate has a list of the guides that it runs. */
function isRunGuide(project: Project, path: string): boolean {
  const name = /^docs\/([a-z-]+)\.md$/.exec(path)?.[1];
  return name !== undefined && project.texts.get("tools/steps.ts")?.includes(`  "${name}",\n`) === true;
}

function blocksOf(text: string): string[] {
  return [...text.matchAll(BLOCK)].map(([, margin = "", code = ""]) =>
    margin === "" ? code : code.replace(/^[ \t]*\* ?/gm, "")
  );
}

/** The name that an object literal is given to; lists and conditions in between are skipped. */
function holderOf(node: ts.Node): string | undefined {
  const { parent } = node;
  if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) return lastName(parent.expression);
  if (ts.isPropertyAssignment(parent) || ts.isVariableDeclaration(parent)) return parent.name.getText();
  const between = ts.isArrayLiteralExpression(parent) || ts.isConditionalExpression(parent) ||
    ts.isSatisfiesExpression(parent) || ts.isParenthesizedExpression(parent);
  return between ? holderOf(parent) : undefined;
}

function lastName(callee: ts.Expression): string | undefined {
  if (ts.isPropertyAccessExpression(callee)) return callee.name.text;
  return ts.isIdentifier(callee) ? callee.text : undefined;
}
