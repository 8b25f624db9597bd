import { requireStorable, type StorableRules, unreadable } from "./storable.ts";
import type { Serializer } from "./serializer.ts";

const rules: StorableRules = {
  format: "JSON",
  holds: (value) => typeof value === "string" || (Number.isFinite(value) && !Object.is(value, -0)),
};

/**
 * Stores values as plain JSON, which every other language and the database's own functions can read. What JSON
 * would leave out or change (`undefined`, `NaN`, dates, maps, bytes, bigints) is refused with its path.
 *
 * @example
 * ```ts
 * import { plainJson } from "carillon";
 *
 * console.assert(plainJson.serialize({ user: "ada" }) === '{"user":"ada"}');
 * ```
 */
export const plainJson: Serializer = {
  name: "json",
  serialize(value) {
    requireStorable(value, rules);
    return JSON.stringify(value);
  },
  deserialize(text) {
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw unreadable("JSON", cause);
    }
  },
};
