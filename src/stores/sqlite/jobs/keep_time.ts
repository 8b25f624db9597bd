import { defaultRunSettings } from "../../../model/settings.ts";
import type { Dialect } from "../schema/dialect.ts";

/**
 * How long a job is kept that ends without its own end saying so, in milliseconds: `retention.otherMs` of the first
 * level that sets `retention`; null is for ever. What is not JSON sets nothing. `job` is the table's alias.
 */
export function otherKeepMs({ tables }: Dialect, job: string): string {
  const ofTask = (column: string) => `(select ${column} from ${tables.tasks} where name = ${job}.task_name)`;
  const levels = [`${job}.overrides`, ofTask("overrides"), ofTask("settings")];
  const cases = levels.map((level) => {
    const read = `case when json_valid(${level}) then ${level} end`;
    return `when json_type(${read}, '$.retention') is not null then ${level} ->> '$.retention.otherMs'`;
  });
  return `case ${cases.join(" ")} else ${defaultRunSettings.retention.otherMs} end`;
}
