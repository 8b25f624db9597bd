import { didYouMean } from "../../model/suggest.ts";
import type { Terminal } from "../terminal.ts";
import { saidBy } from "./option_layer.ts";
import type { ConfigurationLayer, ConfigurationProblem, GivenSetting } from "./said.ts";
import { settings, variableOf } from "./settings_table.ts";

/** The variable that names the configuration file. */
export const CONFIG_VARIABLE = "CARILLON_CONFIG";

/** What the environment says: `CARILLON_LEASE=30s`. An empty variable says nothing. */
export function environmentLayer(environment: Terminal["environment"]): ConfigurationLayer {
  const known = new Map(settings.map((setting) => [variableOf(setting), setting]));
  const said: GivenSetting[] = [];
  const problems: ConfigurationProblem[] = [];
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith("CARILLON_") || variable === CONFIG_VARIABLE || !text) continue;
    const setting = known.get(variable);
    if (setting !== undefined) said.push(saidBy(setting, text, variable));
    else {
      const hint = didYouMean(variable, known.keys());
      problems.push({ message: `${variable}: there is no such setting${hint}`, source: variable });
    }
  }
  return { given: said, problems };
}
