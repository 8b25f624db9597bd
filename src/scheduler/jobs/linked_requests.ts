import { CarillonError } from "../../errors.ts";
import type { JobOptions } from "../../model/job_options.ts";
import type { JobReference } from "../../model/parents.ts";
import type { JobRequest } from "./job_request.ts";

/** A request with its job's id, and its parents by their ids. */
export interface LinkedRequest {
  readonly request: JobRequest;
  readonly options: JobOptions & { readonly id: string };
  /** Its place among those given. */
  readonly place: number;
}

/**
 * Gives each requested job its id, `idOf` where it has none, and puts them into an order in which parents come first.
 * Throws `invalidOption` for requests that wait for each other in a circle, and for parents that cannot be identified.
 */
export function linkedRequests(
  requests: readonly JobRequest[],
  idOf: (place: number) => string,
): readonly LinkedRequest[] {
  const ids = new Map<unknown, string>();
  for (const [place, request] of requests.entries()) {
    if (ids.has(request)) {
      throw refused(`The request at place ${place} is there twice; make one for each job`);
    }
    ids.set(request, request.options.id ?? idOf(place));
  }
  const linked = requests.map((request, place): LinkedRequest => {
    const { after, ...options } = request.options;
    const id = ids.get(request)!;
    const parents = after === undefined ? {} : { after: after.map((parent) => parentOf(parent, ids)) };
    return { request, options: { ...options, ...parents, id }, place };
  });
  return inOrder(linked);
}

function parentOf(parent: JobReference | JobRequest, ids: ReadonlyMap<unknown, string>): JobReference {
  const id = ids.get(parent);
  if (id !== undefined) return id;
  if (typeof parent === "object" && parent !== null && "task" in parent) {
    throw refused("A job waits for a request that is not among those of the same call; add both together");
  }
  return parent as JobReference;
}

/** Parents before children, otherwise as given; walked by hand, as chains may be longer than calls can be nested. */
function inOrder(linked: readonly LinkedRequest[]): readonly LinkedRequest[] {
  const byId = new Map(linked.toReversed().map((one) => [one.options.id, one]));
  const ordered = new Set<LinkedRequest>();
  for (const one of linked) {
    const path = ordered.has(one) ? [] : [{ one, parents: parentIds(one).values() }];
    for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
      const { value: id, done } = last.parents.next();
      const next = id === undefined ? undefined : byId.get(id);
      if (done) {
        ordered.add(last.one);
        path.pop();
      } else if (next !== undefined && !ordered.has(next)) {
        if (path.some(({ one }) => one === next)) throw circle(path.map(({ one }) => one), next);
        path.push({ one: next, parents: parentIds(next).values() });
      }
    }
  }
  return [...ordered];
}

function parentIds({ options }: LinkedRequest): readonly string[] {
  return (options.after ?? []).map((parent) => typeof parent === "string" ? parent : parent.id);
}

function circle(path: readonly LinkedRequest[], closing: LinkedRequest): CarillonError {
  const from = path.indexOf(closing);
  const ids = [...path.slice(from), closing].map(({ options }) => `'${options.id}'`);
  return refused(
    `The jobs of this call wait for each other in a circle: ${ids.join(" waits for ")}; break it`,
  );
}

function refused(message: string): CarillonError {
  return new CarillonError("invalidOption", message, { details: { option: "after" } });
}
