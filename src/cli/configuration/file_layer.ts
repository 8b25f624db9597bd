import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf } from "../../errors.ts";
import { didYouMean } from "../../model/text.ts";
import type { ConfigurationLayer, ConfigurationProblem, GivenSetting } from "./given_setting.ts";
import { isRecord } from "./setting_kinds.ts";
import { settings } from "./settings_table.ts";

/** The default names of the file. */
const NAMES = ["carillon.config.ts", "carillon.config.js", "carillon.config.json"];

/** Resolves to the settings of the configuration file: the one named, or the one in the folder, or none. */
export async function fileLayer(directory: string, named: string | undefined): Promise<ConfigurationLayer> {
  const found = named === undefined
    ? NAMES.map((name) => resolve(directory, name)).filter((path) => existsSync(path))
    : [resolve(directory, named)];
  const [path, other] = found;
  if (path === undefined) return { given: [], problems: [] };
  const name = named ?? basename(path);
  if (other !== undefined) {
    return broken(
      name,
      `There are two configuration files, ${name} and ${basename(other)}; keep one of them`,
    );
  }
  if (!existsSync(path)) return broken(name, `There is no configuration file '${name}'`);
  let content: unknown;
  try {
    content = await contentOf(path);
  } catch (error) {
    return broken(name, `Cannot read the configuration file '${name}': ${reasonOf(error)}`);
  }
  if (!isRecord(content)) {
    const form = path.endsWith(".json")
      ? "hold an object"
      : "export an object as its default: export default { … }";
    return broken(name, `The configuration file '${name}' must ${form}`);
  }
  return flatten(content, name);
}

/** Reports a syntax error by its place alone: the runtimes quote what is there, which may be a secret. */
function reasonOf(error: unknown): string {
  const message = messageOf(error);
  const code = String((error as { readonly code?: unknown } | null)?.code);
  const isSyntax = error instanceof SyntaxError || error instanceof AggregateError ||
    /^SyntaxError|could not be parsed|^BuildMessage|INVALID_TYPESCRIPT/m.test(
      `${message}\n${String(error)}\n${code}`,
    );
  if (!isSyntax) return message;
  const [, line, column] = /line (\d+),? column (\d+)/.exec(message) ?? /:(\d+):(\d+)\s*$/.exec(message) ??
    [];
  return line === undefined
    ? "it has a syntax error"
    : `it has a syntax error in line ${line}, column ${column}`;
}

async function contentOf(path: string): Promise<unknown> {
  if (path.endsWith(".json")) return JSON.parse(await readFile(path, "utf8"));
  const module = await import(pathToFileURL(path).href) as { readonly default?: unknown };
  return module.default;
}

function broken(source: string, message: string): ConfigurationLayer {
  return { given: [], problems: [{ message, source }] };
}

/** Returns the settings of an object, by their paths. */
function flatten(content: Readonly<Record<string, unknown>>, source: string): ConfigurationLayer {
  const given: GivenSetting[] = [];
  const problems: ConfigurationProblem[] = [];
  const visit = (values: Readonly<Record<string, unknown>>, prefix: string) => {
    for (const [key, value] of Object.entries(values)) {
      const path = `${prefix}${key}`;
      if (value === undefined) continue;
      if (settings.some((setting) => setting.path === path)) given.push({ path, value, source });
      else if (!isSection(path)) problems.push({ message: unknownKey(path, prefix, source), source });
      else if (isRecord(value)) visit(value, `${path}.`);
      else problems.push({ message: `'${path}' in ${source} must be an object`, source });
    }
  };
  visit(content, "");
  return { given, problems };
}

function isSection(path: string): boolean {
  return settings.some((setting) => setting.path.startsWith(`${path}.`));
}

function unknownKey(path: string, prefix: string, source: string): string {
  const siblings = settings.filter((setting) => setting.path.startsWith(prefix))
    .map((setting) => setting.path.slice(prefix.length).split(".")[0]!);
  const hint = didYouMean(path.slice(prefix.length), new Set(siblings));
  return `There is no setting '${path}' (in ${source})${hint}`;
}
