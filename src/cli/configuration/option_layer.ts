import { didYouMean } from "../../model/text.ts";
import type { OptionSpec } from "../command.ts";
import type { CommandContext } from "../command_context.ts";
import type { ConfigurationLayer, ConfigurationProblem, GivenSetting } from "./given_setting.ts";
import { type Setting, settings } from "./settings_table.ts";

/** The options of every command that reads the configuration. */
const configurationOptions: readonly OptionSpec[] = [
  { name: "config", value: "FILE", summary: "The configuration file (default carillon.config.ts or .json)" },
  {
    name: "set",
    value: "KEY=VALUE",
    repeatable: true,
    summary: "Any setting, as in --set defaults.timeout=30s",
  },
];

/** Returns the options of a command that reads the configuration, with those of some settings. */
export function settingOptions(...paths: readonly string[]): readonly OptionSpec[] {
  const options = settings.filter(({ path }) => paths.includes(path)).map((setting) => ({
    ...setting.option!,
    summary: `${setting.summary} (default ${setting.fallback})`,
  }));
  return [...options, ...configurationOptions];
}

/** Returns the settings of the command line. */
export function optionLayer(context: CommandContext): ConfigurationLayer {
  const given: GivenSetting[] = [];
  const problems: ConfigurationProblem[] = [];
  for (const pair of context.options("set")) {
    const [, path = pair, text] = /^([^=]*)=(.*)$/s.exec(pair) ?? [];
    const setting = settings.find((one) => one.path === path.trim());
    if (setting !== undefined && text !== undefined) {
      given.push(settingFromText(setting, text, `--set ${setting.path}`));
    } else problems.push(setProblem(path.trim(), text));
  }
  for (const setting of settings) {
    const text = setting.option === undefined ? undefined : context.option(setting.option.name);
    if (text !== undefined) given.push(settingFromText(setting, text, `--${setting.option?.name}`));
  }
  return { given, problems };
}

/** Returns the value that a string gives for a setting. */
export function settingFromText({ path, kind }: Setting, text: string, source: string): GivenSetting {
  return { path, value: kind.fromText(text), source };
}

function setProblem(path: string, text: string | undefined): ConfigurationProblem {
  const known = settings.map((setting) => setting.path);
  const message = text === undefined && known.includes(path)
    ? `--set ${path} has no value; write --set ${path}=VALUE`
    : `--set: there is no setting '${path}'${didYouMean(path, known)}`;
  return { message, source: "--set" };
}
