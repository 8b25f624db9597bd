import type { MiddlewareHandler } from "hono";
import { CarillonError } from "../../errors.ts";
import type { ControlEnv, ControlRole } from "../control_env.ts";

/** The roles, from the least to the greatest. */
export const controlRoles = [
  "viewer",
  "producer",
  "operator",
  "admin",
] as const satisfies readonly ControlRole[];

/** The role that each guarded handler needs. */
const needed = new WeakMap<object, ControlRole>();

/** Admits callers of at least a role to a route. Throws `forbidden`. */
export function needs(role: ControlRole): MiddlewareHandler<ControlEnv> {
  const guard: MiddlewareHandler<ControlEnv> = async (c, next) => {
    const caller = c.get("caller");
    if (controlRoles.indexOf(caller.role) < controlRoles.indexOf(role)) {
      throw new CarillonError(
        "forbidden",
        `This needs the role '${role}', but the caller is '${caller.role}'`,
        {
          details: { role: caller.role, needed: role },
        },
      );
    }
    await next();
  };
  needed.set(guard, role);
  return guard;
}

/** Returns the role that a handler demands; undefined for a handler that is no such guard. */
export function neededRole(handler: object): ControlRole | undefined {
  return needed.get(handler);
}
