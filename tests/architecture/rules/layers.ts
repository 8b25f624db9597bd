import { filesUnder } from "../project.ts";
import type { Rule } from "../rule.ts";

/**
 * The layers, innermost first. A file may import from its own layer and from those further in; the first pattern
 * that fits a path is its place.
 */
const LAYERS: readonly { readonly name: string; readonly level: number; readonly paths: RegExp }[] = [
  { name: "ground", level: 0, paths: /^src\/(errors\.ts$|time\/)/ },
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
  { name: "scheduler", level: 3, paths: /^src\/scheduler\// },
  { name: "shared by stores", level: 4, paths: /^src\/stores\/shared\// },
  { name: "SQL of SQLite", level: 4, paths: /^src\/stores\/sqlite\// },
  { name: "stores", level: 4, paths: /^src\/stores\// },
  { name: "brokers", level: 4, paths: /^src\/brokers\// },
  { name: "executors", level: 4, paths: /^src\/executors\// },
  // The one place that joins the scheduler and the adapters it has unless told otherwise.
  { name: "preset", level: 4, paths: /^src\/preset\// },
  { name: "testing", level: 5, paths: /^src\/testing\// },
  { name: "edge", level: 5, paths: /^src\/edge\// },
  { name: "http", level: 5, paths: /^src\/http\// },
  { name: "client", level: 5, paths: /^src\/client\// },
  { name: "command line", level: 6, paths: /^src\/cli\// },
  { name: "the public table of contents", level: 6, paths: /^mod\.ts$/ },
];

/** Layers whose parts are side by side: they know what is further in, not each other and not the scheduler. */
const ADAPTERS = 4;
const FACES = 5;

type Layer = (typeof LAYERS)[number];

function layerOf(path: string): Layer | undefined {
  return LAYERS.find(({ paths }) => paths.test(path));
}

function mayImport(from: Layer, to: Layer): boolean {
  if (from.name === to.name) return true;
  if (from.name === "preset") return to.level <= ADAPTERS;
  if (from.level === ADAPTERS) return to.level <= 2 || isSharedStore(from, to);
  if (from.level === FACES) return to.level < FACES;
  return to.level <= from.level;
}

/** Stores may use what they share; stores on SQLite also its statements. */
function isSharedStore(from: Layer, to: Layer): boolean {
  if (to.name === "shared by stores") return from.name === "stores" || from.name === "SQL of SQLite";
  return to.name === "SQL of SQLite" && from.name === "stores";
}

/** Ports point inward: what is further in knows nothing of what is further out. */
export const layers: Rule = {
  name: "layers only look inward",
  mend:
    "move the code inward, or hand it in as an argument behind a port; docs/architecture.md shows the layers",
  *check(project) {
    for (const file of filesUnder(project, "src/", "mod.ts")) {
      const from = layerOf(file.path);
      if (from === undefined) yield { path: file.path, line: 1, what: "is in no layer that the rule knows" };
      for (const { target, line } of from === undefined ? [] : file.imports) {
        if (target === undefined) continue;
        const to = layerOf(target);
        const what = `${from?.name} imports ${target} (${to?.name ?? "outside of src"})`;
        if (from !== undefined && (to === undefined || !mayImport(from, to))) {
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
    { tree: { "src/time/a.ts": `type A = import("../model/b.ts").B;` }, at: "src/time/a.ts:1" },
    { tree: { "src/events/event.ts": `import { x } from "./hub.ts";` }, at: "src/events/event.ts:1" },
    { tree: { "src/cli/a.ts": `import { x } from "../../tests/harness.ts";` }, at: "src/cli/a.ts:1" },
    { tree: { "src/preset/a.ts": `import "../http/a.ts";` }, at: "src/preset/a.ts:1" },
    { tree: { "src/stores/a.ts": `import "../scheduler.ts";` }, at: "src/stores/a.ts:1" },
    { tree: { "src/somewhere/a.ts": "" }, at: "src/somewhere/a.ts:1" },
  ],
  kept: [{
    "src/scheduler/a.ts": `import type { DataStore } from "../stores/data_store.ts"; import "../errors.ts";`,
    "src/stores/libsql.ts": `import "./sqlite/store.ts"; import "./libsql/pool.ts"; import "../model/a.ts";`,
    "src/stores/sqlite/a.ts": `import "../shared/b.ts";`,
    "src/http/a.ts": `import "../scheduler/scheduler.ts"; import "../stores/memory.ts"; import "hono";`,
    "src/preset/a.ts": `import "../scheduler/base.ts"; import "../stores/memory.ts";`,
    "mod.ts": `export { a } from "./src/cli/a.ts";`,
  }],
};
