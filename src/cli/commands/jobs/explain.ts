import type { Command } from "../../command.ts";
import { configurationOptions, settingOptions } from "../../configuration/option_layer.ts";
import { withClient } from "../../open_scheduler.ts";

/** `jobs explain <id>`. */
export const explainJobCommand: Command = {
  name: "explain",
  summary: "Say why a job is not running, or how it stands",
  arguments: [{ name: "id", summary: "Id of the job" }],
  options: [...settingOptions("store"), ...configurationOptions],
  async run(context) {
    const id = context.argument("id");
    const explanation = await withClient(context, (scheduler) => scheduler.explain(id));
    context.print(explanation, () => explanation.sentence);
  },
};
