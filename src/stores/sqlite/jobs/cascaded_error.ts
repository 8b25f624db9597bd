import { cascadeTransition } from "../../../model/parents.ts";
import { defaultRunSettings } from "../../../model/settings.ts";

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

/** A text as an SQL expression, with expressions in the place of marks, which come in this order. */
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
