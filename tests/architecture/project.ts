import { type SourceFile, sourceFile } from "./source_file.ts";
import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";

/** The tree as the rules see it: texts by path, with forward slashes, seen from the top folder. */
export interface Project {
  /** Every text file. */
  readonly texts: ReadonlyMap<string, string>;
  /** The TypeScript files among them, parsed. */
  readonly files: ReadonlyMap<string, SourceFile>;
}

const TEXT_FILES = new Set([
  ".ts",
  ".tsx",
  ".js",
  ".mjs",
  ".json",
  ".md",
  ".html",
  ".css",
  ".sql",
  ".yml",
  ".lock",
  "",
]);
const NOT_OURS = new Set([".git", "node_modules", "coverage", "backups", "reports", "dist"]);

/** Reads the tree under `root`, without what is generated or installed. */
export async function loadProject(root: string): Promise<Project> {
  const texts: Record<string, string> = {};
  const visit = async (folder: string) => {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      if (NOT_OURS.has(entry.name)) continue;
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) await visit(path);
      else if (TEXT_FILES.has(extname(entry.name))) texts[path] = await readFile(join(root, path), "utf8");
    }
  };
  await visit("");
  return projectOf(texts);
}

/** Makes a project from file contents; the fixtures of the rules use this. */
export function projectOf(texts: Readonly<Record<string, string>>): Project {
  const all = new Map(Object.entries(texts));
  const files = new Map<string, SourceFile>();
  for (const [path, text] of all) {
    if (path.endsWith(".ts")) files.set(path, sourceFile(path, text));
  }
  return { texts: all, files };
}

/** The TypeScript files whose path starts with one of these. */
export function filesUnder(project: Project, ...prefixes: readonly string[]): SourceFile[] {
  return [...project.files.values()].filter((file) =>
    prefixes.some((prefix) => file.path.startsWith(prefix))
  );
}

/** A JSON file of the project; empty where there is none. */
export function jsonFile(project: Project, path: string): Record<string, unknown> {
  return JSON.parse(project.texts.get(path) ?? "{}") as Record<string, unknown>;
}
