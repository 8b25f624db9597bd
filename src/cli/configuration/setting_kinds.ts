/** The kinds of settings: how each is read from a string, and which values fit. */
import { CarillonError } from "../../errors.ts";
import * as check from "../../model/option_checks.ts";
import { checkAllowedHosts } from "../../http/auth/hosts.ts";
import { type ControlToken, TokenTable } from "../../http/auth/tokens.ts";
import type { HttpAddress } from "../../http/http_server.ts";
import { timeZoneId } from "../../time/time_zone.ts";
import { readStoreSetting } from "./store_setting.ts";

/** A kind of setting. */
export interface SettingKind {
  /** The values that fit, for people: `a duration such as 30s`. */
  readonly expected: string;
  /** Returns the value that a string stands for; a string that it cannot read is returned for `read` to refuse. */
  fromText(text: string): unknown;
  /** Returns the value in the form that is used. Throws a `CarillonError` that names the setting. */
  read(value: unknown, name: string): unknown;
}

const where = "the configuration";

/** A string. */
export const text: SettingKind = {
  expected: "a string",
  fromText: (text) => text,
  read: (value, name) => check.checkName(value, name, where),
};

/** A time zone. */
export const zone: SettingKind = {
  expected: "a time zone such as Europe/Berlin",
  fromText: (text) => text,
  read: (value) => timeZoneId(value),
};

/** One of a few words, as the keys of an object, so that the compiler reports a missing one. */
export function choice<Word extends string>(choices: Readonly<Record<Word, true>>): SettingKind {
  const words = Object.keys(choices);
  return {
    expected: words.join(", "),
    fromText: (text) => text,
    read: (value, name) => check.checkChoice(value, name, where, words),
  };
}

/** A whole number of at least 1. */
export const count: SettingKind = {
  expected: "a whole number of at least 1",
  fromText: numberFromText,
  read: (value, name) => check.checkInteger(value, name, where),
};

/** A whole number, also a negative one. */
export const integer: SettingKind = {
  expected: "a whole number",
  fromText: numberFromText,
  read: (value) => check.checkPriority(value, where),
};

/** A limit, or none. */
export const limit: SettingKind = {
  expected: "a whole number of at least 1, or none",
  fromText: orNone(numberFromText),
  read: (value, name) => check.checkLimit(value, name, where),
};

/** A number in a range. */
export function number(min: number, max: number): SettingKind {
  return {
    expected: max === Infinity ? `a number of at least ${min}` : `a number from ${min} to ${max}`,
    fromText: numberFromText,
    read: (value, name) => check.checkNumber(value, name, where, min, max),
  };
}

/** A length of time. */
export const duration: SettingKind = {
  expected: "a duration such as 30s or PT30S",
  fromText: (text) => text,
  read: (value, name) => checkedDuration(value, name, false),
};

/** A length of time, or none. */
export const durationOrNone: SettingKind = {
  expected: "a duration such as 30s or PT30S, or none",
  fromText: orNone((text) => text),
  read: (value, name) => checkedDuration(value, name, true),
};

/** Names, in a string with commas between them. */
export const names: SettingKind = {
  expected: "names, with commas between them",
  fromText: listFromText,
  read: (value, name) => listOf(value, name).map((item) => check.checkName(item, name, where)),
};

/** The address of a data store, or the store itself. */
export const store: SettingKind = {
  expected: "the address of a store such as file:carillon.db",
  fromText: (text) => text,
  read: readStoreSetting,
};

/** The event broker: a word, or in code the event broker itself. */
export const broker: SettingKind = {
  expected: "store",
  fromText: (text) => text,
  read(value, name) {
    if (typeof (value as { readonly connect?: unknown } | null)?.connect === "function") return value;
    return check.checkChoice(value, name, where, ["store"]);
  },
};

/** Things by name, in a string as `name=value` with commas between them. */
export function byName(expected: string, read: SettingKind["read"]): SettingKind {
  return {
    expected,
    fromText: dictionaryFromText,
    read(value, name) {
      if (!isRecord(value)) throw check.optionError(name, where, `must be ${expected}`, value);
      const entries = Object.entries(value);
      if (entries.length === 0) throw check.optionError(name, where, `must be ${expected}`, value);
      return Object.fromEntries(
        entries.map(([key, one]) => [check.checkName(key, name, where), read(one, `${name}.${key}`)]),
      );
    },
  };
}

/** The address that a server listens on. */
export const httpAddress: SettingKind = {
  expected: "an address such as 127.0.0.1:8000",
  fromText: (text) => text,
  read: (value, name) => readHttpAddress(value, `Option '${name}' of ${where}`),
};

const ADDRESS = /^(?:(\[[0-9a-f:.]+\]|[^:\s[\]]+):)?(\d{1,5})$/i;
const PORT_MAX = 65_535;

/** Reads `HOST:PORT`, or a port on the loopback. `what` names the option in the error. Throws `invalidOption`. */
export function readHttpAddress(value: unknown, what: string): HttpAddress {
  const text = typeof value === "number" ? String(value) : value;
  const [, host = "127.0.0.1", port] = (typeof text === "string" ? ADDRESS.exec(text) : null) ?? [];
  if (port === undefined || Number(port) > PORT_MAX) {
    throw new CarillonError(
      "invalidOption",
      `${what} must be HOST:PORT such as 127.0.0.1:8000, but got '${String(value)}'`,
      { details: { option: "http", value: String(value) } },
    );
  }
  return { hostname: host.replace(/^\[|\]$/g, ""), port: Number(port) };
}

/** An object from code: a string names its module, and a file written in code can give the object itself. */
export function part(expected: string, method: string): SettingKind["read"] {
  return (value, name) => {
    if (typeof value === "string" && value !== "") return value;
    const object = value as Readonly<Record<string, unknown>> | null;
    if (typeof object === "object" && typeof object?.[method] === "function") return value;
    throw check.optionError(name, where, `must be ${expected}`, value);
  };
}

/** The tokens of the control endpoints, each with the name of its holder if need be. Never shown. */
export const tokens: SettingKind = {
  expected:
    "a list of tokens (22 or more letters, digits and -._~+/), each as TOKEN, NAME:TOKEN or NAME:ROLE:TOKEN",
  fromText: listFromText,
  read(value, name) {
    const read = listOf(value, name).map((item) => {
      if (typeof item !== "string") return item;
      const [, holder, role, token] = /^([^:]+):(?:(viewer|producer|operator|admin):)?(.*)$/s.exec(item) ??
        [];
      if (token === undefined) return item;
      return { name: holder, token, ...(role === undefined ? {} : { role }) };
    }) as (string | ControlToken)[];
    new TokenTable(read);
    return read;
  },
};

/** The hosts that the control endpoints are called by. */
export const hosts: SettingKind = {
  expected: "hosts such as jobs.example.com, with commas between them",
  fromText: listFromText,
  read(value, name) {
    checkAllowedHosts(listOf(value, name));
    return value;
  },
};

/** True if a value is a plain object, as JSON has them. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function checkedDuration(value: unknown, name: string, none: boolean): unknown {
  if (value === null && none) return null;
  check.checkDuration(value, name, where);
  return value;
}

function numberFromText(text: string): unknown {
  return text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
}

function orNone(fromText: SettingKind["fromText"]): SettingKind["fromText"] {
  return (text) => text.trim() === "none" ? null : fromText(text);
}

function listFromText(text: string): string[] {
  return text.split(",").map((item) => item.trim()).filter((item) => item !== "");
}

function dictionaryFromText(text: string): unknown {
  const pairs = listFromText(text).map((item) => /^([^=]+)=(.*)$/s.exec(item));
  if (pairs.some((pair) => pair === null)) return text;
  return Object.fromEntries(pairs.map((pair) => [pair![1]!.trim(), pair![2]!.trim()]));
}

function listOf(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new CarillonError("invalidOption", `Option '${name}' of ${where} must be a list of strings`, {
    details: { option: name },
  });
}
