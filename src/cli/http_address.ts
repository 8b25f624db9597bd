import { CarillonError } from "../errors.ts";

/** Where a server listens. */
export interface HttpAddress {
  readonly host: string;
  readonly port: number;
}

const SHAPE = /^(?:(\[[0-9a-f:.]+\]|[^:\s[\]]+):)?(\d{1,5})$/i;
const PORT_MAX = 65_535;

/** Reads `HOST:PORT`, or a port on the loopback. `what` names the option in the error. Throws `invalidOption`. */
export function readHttpAddress(value: unknown, what: string): HttpAddress {
  const given = typeof value === "number" ? String(value) : value;
  const [, host = "127.0.0.1", port] = (typeof given === "string" ? SHAPE.exec(given) : null) ?? [];
  if (port === undefined || Number(port) > PORT_MAX) {
    throw new CarillonError(
      "invalidOption",
      `${what} must be HOST:PORT such as 127.0.0.1:8000, but got '${String(value)}'`,
      { details: { option: "http", value: String(value) } },
    );
  }
  return { host: host.replace(/^\[|\]$/g, ""), port: Number(port) };
}
