/** The parts that statements that end jobs have in common. */
import { endedAs } from "../../../model/decisions.ts";
import { cascadeTransition } from "../../../model/parents.ts";
import { defaultRunSettings } from "../../../model/settings.ts";
import type { Dialect } from "../schema/dialect.ts";

/**
 * The time for which a job is kept whose end does not say so itself, in milliseconds: `retention.otherMs` of the first
 * level that sets `retention`; null is indefinitely. What is not JSON sets nothing. `job` is the table's alias.
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

/**
 * The text that notes on schedules that a job of theirs has ended; one that counts from there is planned anew.
 * `scheduleSeqs` is a query for the schedules' identities, `now` the argument that holds the time.
 */
export function noteFinishSql(dialect: Dialect, scheduleSeqs: string, now: string): string {
  const { schedules } = dialect.tables;
  const nowMs = dialect.now(now);
  return `update ${schedules} set last_finished = ${nowMs},
      needs_planning = max(needs_planning, follows_finish),
      version = version + follows_finish,
      updated_at = case follows_finish when 1 then ${nowMs} else updated_at end
    where seq in (${scheduleSeqs})`;
}

/** The stored error of a job that ends as cancelled for the reason in this expression. */
export function cancelledError(reason: string): string {
  const transition = endedAs("cancelled", "", null);
  const name = transition.to === "finished" ? transition.error?.name : "";
  // The empty text takes away SQLite's mark that this is JSON: in a record's cell it must stay a string.
  return `(json_object('name', '${name}', 'message', ${reason}) || '')`;
}

const marks = { id: "<id>", taskName: "<task>", outcome: "error" } as const;

/** The stored error of a job whose parent, in the row `parent`, did not succeed: the model's own words. */
export function cascadedError(parent: string): string {
  const transition = cascadeTransition(marks, defaultRunSettings);
  const error = transition.to === "finished" ? transition.error : null;
  // A parent that ends in the same statement ends as cancelled.
  const outcome = `coalesce(${parent}.outcome, 'cancelled')`;
  const message = inserted(error?.message ?? "", [
    [marks.id, `${parent}.id`],
    [marks.taskName, `${parent}.task_name`],
    [marks.outcome, outcome],
  ]);
  return `(json_object('name', ${quoted(error?.name ?? "")}, 'message', ${message},
        'details', json_object('parentId', ${parent}.id, 'outcome', ${outcome})) || '')`;
}

/** A string as an SQL expression, with expressions in the place of marks, which come in this order. */
function inserted(text: string, marked: readonly (readonly [mark: string, expression: string])[]): string {
  const [next, ...others] = marked;
  if (next === undefined) return quoted(text);
  const [mark, expression] = next;
  const at = text.indexOf(mark);
  return `${quoted(text.slice(0, at))} || ${expression} || ${inserted(text.slice(at + mark.length), others)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
