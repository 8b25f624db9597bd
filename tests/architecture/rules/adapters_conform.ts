import { type Exported, exportedBy } from "../exports.ts";
import { filesUnder, type Project } from "../project.ts";
import type { Rule } from "../rule.ts";
import { lineOf, type SourceFile, walk } from "../source_file.ts";
import ts from "typescript";

/** The ports, where their adapters live, and where the tests of those are. */
const PORTS: readonly { readonly port: string; readonly source: string; readonly tests: string }[] = [
  { port: "DataStore", source: "src/stores/", tests: "tests/stores/" },
  { port: "Serializer", source: "src/serializers/", tests: "tests/serializers/" },
  { port: "Executor", source: "src/executors/", tests: "tests/executors/" },
  { port: "EventBroker", source: "src/brokers/", tests: "tests/brokers/" },
];

/** The suite defines what a port promises; an adapter that does not run it promises nothing. */
export const adaptersConform: Rule = {
  name: "every adapter has its conformance run",
  mend:
    "add a test beside its other tests that imports the adapter and passes it to the port's conformance suite",
  *check(project) {
    for (const { port, source, tests } of PORTS) {
      for (const file of filesUnder(project, source)) {
        const adapters = exportedBy(file).filter((exported) => makes(exported, port));
        for (const { name, declarations: [node] } of adapters) {
          if (node === undefined || isRun(project, file, tests)) continue;
          const what = `${name} is a ${port}, but no test in ${tests} runs the conformance suite on it`;
          yield { path: file.path, line: lineOf(file, node), what };
        }
      }
    }
  },
  broken: [
    { tree: { "src/stores/a.ts": "\nexport function a(): DataStore {}" }, at: "src/stores/a.ts:2" },
    { tree: { "src/stores/a.ts": "export class A implements DataStore {}" }, at: "src/stores/a.ts:1" },
    {
      tree: { "src/stores/a.ts": "interface AStore extends DataStore {}\nexport function a(): AStore {}" },
      at: "src/stores/a.ts:2",
    },
    { tree: { "src/serializers/a.ts": "export const a: Serializer = {};" }, at: "src/serializers/a.ts:1" },
    { tree: { "src/executors/a.ts": "export const a = {} satisfies Executor;" }, at: "src/executors/a.ts:1" },
    {
      tree: {
        "src/brokers/a.ts": "export function a(): EventBroker {}",
        "tests/brokers/a_test.ts": `import { a } from "../../src/brokers/a.ts"; a();`,
      },
      at: "src/brokers/a.ts:1",
    },
    {
      tree: {
        "src/stores/a.ts": "export function a(): DataStore {}",
        "tests/stores/b_test.ts":
          `import { storeConformance } from "../../src/testing/store_conformance.ts";`,
      },
      at: "src/stores/a.ts:1",
    },
  ],
  kept: [{
    "src/stores/data_store.ts": "export interface DataStore {}",
    "src/stores/a.ts":
      "export function a(): DataStore {}\nfunction inner(): DataStore {}\nexport function b(): number {}",
    "tests/stores/a_test.ts":
      `import { a } from "../../src/stores/a.ts"; import { storeConformance } from "../../src/testing/suite.ts"; storeConformance(a);`,
  }],
};

/** True if an export is, or returns, an implementation of the port, according to its annotations. */
function makes({ declarations, file }: Exported, port: string): boolean {
  const names = implementations(file, port);
  const isPort = (type: ts.Node | undefined) => type !== undefined && names.has(type.getText(file.tree));
  return declarations.some((node) => {
    if (ts.isFunctionDeclaration(node)) return isPort(node.type);
    if (ts.isClassDeclaration(node)) return names.has(node.name?.text ?? "");
    if (!ts.isVariableDeclaration(node)) return false;
    const value = node.initializer;
    return isPort(node.type) ||
      (value !== undefined && ts.isSatisfiesExpression(value) && isPort(value.type));
  });
}

/** The port, and what extends or implements it in this file. */
function implementations(file: SourceFile, port: string): ReadonlySet<string> {
  const names = new Set([port]);
  for (const statement of file.tree.statements) {
    if (!ts.isInterfaceDeclaration(statement) && !ts.isClassDeclaration(statement)) continue;
    const parents = (statement.heritageClauses ?? []).flatMap((clause) =>
      clause.types.map((type) => type.getText(file.tree))
    );
    if (statement.name !== undefined && parents.some((parent) => names.has(parent))) {
      names.add(statement.name.text);
    }
  }
  return names;
}

/** True if a test imports the adapter from its file and calls a conformance suite. */
function isRun(project: Project, adapter: SourceFile, tests: string): boolean {
  return filesUnder(project, tests).some((test) => {
    if (!test.imports.some(({ target }) => target === adapter.path)) return false;
    let called = false;
    walk(test.tree, (node) => {
      called ||= ts.isCallExpression(node) && /conformance/i.test(node.expression.getText(test.tree));
    });
    return called;
  });
}
