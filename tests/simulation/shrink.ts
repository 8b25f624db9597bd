import type { Incident, Plan } from "./plan.ts";

/** Number of smaller plans that are tried. */
const TRIES_MAX = 200;

/**
 * Leaves incidents out of a failing plan for as long as it still fails: halves first, then smaller parts. What is left
 * is what it takes.
 */
export async function shrink(plan: Plan, fails: (plan: Plan) => Promise<boolean>): Promise<Plan> {
  let incidents: readonly Incident[] = plan.incidents;
  let tries = 0;
  for (let size = Math.ceil(incidents.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < incidents.length && tries < TRIES_MAX;) {
      const fewer = [...incidents.slice(0, from), ...incidents.slice(from + size)];
      tries++;
      if (await fails({ ...plan, incidents: fewer })) incidents = fewer;
      else from += size;
    }
  }
  return { ...plan, incidents };
}
