import { filesUnder } from "../project.ts";
import type { Rule } from "../rule.ts";

/** The layers, innermost first. The first pattern that matches a path decides its layer. */
const LAYERS: readonly { readonly name: string; readonly level: number; readonly paths: RegExp }[] = [
  { name: "ground", level: 0, paths: /^src\/((errors|untrusted)\.ts$|time\/)/ },
  { name: "records and ports", level: 1, paths: /^src\/model\// },
  { name: "records and ports", level: 1, paths: /^src\/triggers\/trigger\.ts$/ },
  {
    name: "records and ports",
    level: 1,
    paths: /^src\/stores\/\w+_store\.ts$/,
  },
  { name: "records and ports", level: 1, paths: /^src\/brokers\/event_broker\.ts$/ },
  { name: "records and ports", level: 1, paths: /^src\/executors\/executor\.ts$/ },
  { name: "records and ports", level: 1, paths: /^src\/serializers\/serializer\.ts$/ },
  { name: "records and ports", level: 1, paths: /^src\/events\/event\.ts$/ },
  { name: "domain", level: 2, paths: /^src\/(triggers|serializers|events|registry|context)\// },
  // The one file of the scheduler that knows adapters: those that a scheduler has by default.
  { name: "default parts", level: 3, paths: /^src\/scheduler\/default_parts\.ts$/ },
  { name: "scheduler", level: 3, paths: /^src\/scheduler\// },
  { name: "shared by stores", level: 4, paths: /^src\/stores\/shared\// },
  { name: "SQL of SQLite", level: 4, paths: /^src\/stores\/sqlite\// },
  { name: "stores", level: 4, paths: /^src\/stores\// },
  { name: "brokers", level: 4, paths: /^src\/brokers\// },
  { name: "executors", level: 4, paths: /^src\/executors\// },
  { name: "testing", level: 5, paths: /^src\/testing\// },
  { name: "edge", level: 5, paths: /^src\/edge\// },
  { name: "body schemas", level: 5, paths: /^src\/http\/bodies\// },
  { name: "http", level: 5, paths: /^src\/http\// },
  { name: "mcp", level: 5, paths: /^src\/mcp\// },
  { name: "client", level: 5, paths: /^src\/client\// },
  { name: "command line", level: 6, paths: /^src\/cli\// },
  { name: "the public table of contents", level: 6, paths: /^mod\.ts$/ },
];

/** The parts of these layers stand side by side and do not import each other; adapters skip the scheduler, too. */
const ADAPTERS = 4;
const FACES = 5;

/** What faces and stores may import of their own layer, by the importing part. */
const SHARED: Readonly<Record<string, readonly string[]>> = {
  "SQL of SQLite": ["shared by stores"],
  stores: ["shared by stores", "SQL of SQLite"],
  http: ["body schemas"],
  "body schemas": ["http"],
  mcp: ["http", "body schemas"],
};

type Layer = (typeof LAYERS)[number];

function layerOf(path: string): Layer | undefined {
  return LAYERS.find(({ paths }) => paths.test(path));
}

function mayImport(from: Layer, to: Layer, isTypeOnly: boolean): boolean {
  if (from.name === to.name || SHARED[from.name]?.includes(to.name)) return true;
  if (from.name === "default parts") return to.level <= ADAPTERS;
  if (from.name === "client") return to.level <= 2 || isTypeOnly && to.name === "body schemas";
  if (from.level === ADAPTERS) return to.level <= 2;
  if (from.level === FACES) return to.level < FACES;
  return to.level <= from.level;
}

/** Ports point inward: an inner layer knows nothing of the outer ones. */
export const layers: Rule = {
  name: "a file imports only from its own layer and the layers further in",
  mend:
    "move the code inward, or pass it in as an argument behind a port; docs/architecture.md lists the layers",
  *check(project) {
    for (const file of filesUnder(project, "src/", "mod.ts")) {
      const from = layerOf(file.path);
      if (from === undefined) {
        yield { path: file.path, line: 1, what: "belongs to no layer of tests/architecture/rules/layers.ts" };
      }
      for (const { target, line, isTypeOnly } of from === undefined ? [] : file.imports) {
        if (target === undefined) continue;
        const to = layerOf(target);
        const what = `${from?.name} imports ${target} (${to?.name ?? "outside of src"})`;
        if (from !== undefined && (to === undefined || !mayImport(from, to, isTypeOnly))) {
          yield { path: file.path, line, what };
        }
      }
    }
  },
  broken: [
    { tree: { "src/model/a.ts": `import { x } from "../scheduler/b.ts";` }, at: "src/model/a.ts:1" },
    {
      tree: { "src/scheduler/a.ts": `\nimport type { x } from "../stores/memory.ts";` },
      at: "src/scheduler/a.ts:2",
    },
    { tree: { "src/stores/a.ts": `import { x } from "../scheduler/b.ts";` }, at: "src/stores/a.ts:1" },
    { tree: { "src/stores/a.ts": `import { x } from "../brokers/local.ts";` }, at: "src/stores/a.ts:1" },
    {
      tree: { "src/stores/sqlite/a.ts": `await import("../libsql.ts");` },
      at: "src/stores/sqlite/a.ts:1",
    },
    { tree: { "src/stores/shared/a.ts": `import "../sqlite/b.ts";` }, at: "src/stores/shared/a.ts:1" },
    { tree: { "src/http/a.ts": `export * from "../testing/b.ts";` }, at: "src/http/a.ts:1" },
    { tree: { "src/edge/a.ts": `import "../http/b.ts";` }, at: "src/edge/a.ts:1" },
    { tree: { "src/http/a.ts": `import "../mcp/b.ts";` }, at: "src/http/a.ts:1" },
    { tree: { "src/client/a.ts": `import "../scheduler/b.ts";` }, at: "src/client/a.ts:1" },
    { tree: { "src/client/a.ts": `import { a } from "../http/bodies/b.ts";` }, at: "src/client/a.ts:1" },
    { tree: { "src/client/a.ts": `import type { A } from "../http/b.ts";` }, at: "src/client/a.ts:1" },
    { tree: { "src/time/a.ts": `type A = import("../model/b.ts").B;` }, at: "src/time/a.ts:1" },
    { tree: { "src/events/event.ts": `import { x } from "./hub.ts";` }, at: "src/events/event.ts:1" },
    { tree: { "src/cli/a.ts": `import { x } from "../../tests/harness.ts";` }, at: "src/cli/a.ts:1" },
    {
      tree: { "src/scheduler/default_parts.ts": `import "../http/a.ts";` },
      at: "src/scheduler/default_parts.ts:1",
    },
    { tree: { "src/stores/a.ts": `import "../scheduler.ts";` }, at: "src/stores/a.ts:1" },
    { tree: { "src/somewhere/a.ts": "" }, at: "src/somewhere/a.ts:1" },
  ],
  kept: [{
    "src/scheduler/a.ts": `import type { DataStore } from "../stores/data_store.ts"; import "../errors.ts";`,
    "src/stores/libsql.ts": `import "./sqlite/store.ts"; import "./libsql/pool.ts"; import "../model/a.ts";`,
    "src/stores/sqlite/a.ts": `import "../shared/b.ts";`,
    "src/http/a.ts": `import "../scheduler/scheduler.ts"; import "../stores/memory.ts"; import "hono";`,
    "src/mcp/a.ts": `import "../http/routes/a.ts"; import "../http/bodies/a.ts"; import "../scheduler/a.ts";`,
    "src/client/a.ts": `import type { A } from "../http/bodies/a.ts"; import "../time/a.ts";`,
    "src/scheduler/scheduler.ts": `import "./default_parts.ts";`,
    "src/scheduler/default_parts.ts": `import "./options.ts"; import "../stores/memory.ts";`,
    "mod.ts": `export { a } from "./src/cli/a.ts";`,
  }],
};
