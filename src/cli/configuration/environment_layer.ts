import { didYouMean } from "../../model/text.ts";
import type { Terminal } from "../terminal.ts";
import { settingFromText } from "./option_layer.ts";
import type { ConfigurationLayer, ConfigurationProblem, GivenSetting } from "./given_setting.ts";
import { settings, variableOf } from "./settings_table.ts";

/** The variable that names the configuration file. */
export const CONFIG_VARIABLE = "CARILLON_CONFIG";

/**
 * Returns the settings of the environment: `CARILLON_LEASE=30s`. Empty variables count as absent, but
 * `CARILLON_TOKENS` does not: it is set to close the endpoints.
 */
export function environmentLayer(environment: Terminal["environment"]): ConfigurationLayer {
  const known = new Map(settings.map((setting) => [variableOf(setting), setting]));
  const given: GivenSetting[] = [];
  const problems: ConfigurationProblem[] = [];
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith("CARILLON_") || variable === CONFIG_VARIABLE || text === undefined) continue;
    const setting = known.get(variable);
    if (text === "" && setting?.path !== "tokens") continue;
    if (setting !== undefined) given.push(settingFromText(setting, text, variable));
    else {
      const hint = didYouMean(variable, known.keys());
      problems.push({ message: `${variable}: there is no such setting${hint}`, source: variable });
    }
  }
  return { given, problems };
}
