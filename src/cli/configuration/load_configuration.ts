import type { CommandContext } from "../command_context.ts";
import { CONFIG_VARIABLE, environmentLayer } from "./environment_layer.ts";
import { fileLayer } from "./file_layer.ts";
import { optionLayer } from "./option_layer.ts";
import {
  configurationError,
  type ConfigurationResult,
  resolveConfiguration,
  type ResolvedConfiguration,
} from "./resolved_configuration.ts";

/** Reads the configuration: options win over the environment, then the file, then the defaults. */
export async function readConfiguration(context: CommandContext): Promise<ConfigurationResult> {
  const { environment, directory } = context.terminal;
  const file = context.option("config") ?? (environment[CONFIG_VARIABLE] || undefined);
  const layers = [
    optionLayer(context),
    environmentLayer(environment),
    await fileLayer(directory, file),
  ];
  return resolveConfiguration(layers, directory);
}

/** Reads the configuration. Throws `invalidConfiguration` with all problems at once. */
export async function loadConfiguration(context: CommandContext): Promise<ResolvedConfiguration> {
  const { configuration, problems } = await readConfiguration(context);
  if (configuration === undefined) throw configurationError(problems);
  return configuration;
}
