import { createHash, timingSafeEqual } from "node:crypto";
import { CarillonError } from "../../errors.ts";
import { checkChoice, checkName, refuseUnknownOptions } from "../../model/option_checks.ts";
import { momentMs, momentOf } from "../../time/moment.ts";
import type { ControlCaller, ControlRole } from "../control_env.ts";
import { controlRoles } from "./roles.ts";

/** A bearer token with the name and the role of its holder. */
export interface ControlToken extends ControlCaller {
  /** The secret itself: at least 22 letters, digits and `-._~+/`. */
  readonly token?: string;
  /** Instead of the secret, its SHA-256 digest in hexadecimal digits: a file with it holds no secret. */
  readonly sha256?: string;
  /** The instant from which the token is no longer accepted: `"2027-01-01T00:00Z"`. @default never */
  readonly expiresAt?: Temporal.Instant | Date | string;
}

/** The fewest characters of a token: 128 random bits in base64. */
export const TOKEN_LENGTH_MIN = 22;

/** A longer one is never compared. */
const TOKEN_LENGTH_MAX = 1000;

/** The tokens that fit the header `Authorization: Bearer …` (RFC 6750). */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

interface TokenEntry {
  readonly caller: Required<ControlCaller>;
  readonly digest: Uint8Array;
  readonly expiresAtMs: number;
}

/** The tokens that open the control endpoints. Only their digests are kept. */
export class TokenTable {
  readonly #entries: readonly TokenEntry[];

  /** Checks the tokens. Throws `invalidOption`, without showing the token. */
  constructor(tokens: readonly (string | ControlToken)[]) {
    if (!Array.isArray(tokens) || tokens.length === 0) {
      throw invalidTokens("must be a list of at least one token; is the variable that holds it set?");
    }
    this.#entries = tokens.map((entry: unknown, i) => entryOf(entry, i + 1));
  }

  /** Returns a token's holder, or undefined. Takes as long for a wrong token as for a right one. */
  holderOf(token: string, nowMs: number): Required<ControlCaller> | undefined {
    const digest = digestOf(token.slice(0, TOKEN_LENGTH_MAX));
    let holder: Required<ControlCaller> | undefined;
    for (const entry of this.#entries) {
      if (timingSafeEqual(entry.digest, digest) && nowMs < entry.expiresAtMs) holder ??= entry.caller;
    }
    return holder;
  }
}

function entryOf(entry: unknown, number: number): TokenEntry {
  const where = `token ${number} of createControlApp`;
  const fields =
    (typeof entry === "object" && entry !== null ? entry : { name: `token ${number}`, token: entry }) as
      & ControlToken
      & Readonly<Record<"name" | "token" | "sha256", unknown>>;
  refuseUnknownOptions(fields, ["name", "role", "token", "sha256", "expiresAt"], where);
  const { name, role = "admin", token, sha256, expiresAt } = fields;
  if (token !== undefined && sha256 !== undefined) {
    throw invalidTokens(`hold 'token' or 'sha256', but ${where} has both`);
  }
  return {
    caller: {
      name: checkName(name, "name", where),
      role: checkChoice<ControlRole>(role, "role", where, controlRoles),
    },
    digest: sha256 === undefined ? digestOf(checkToken(token, where)) : checkDigest(sha256, where),
    expiresAtMs: expiresAt === undefined ? Infinity : instantMs(expiresAt, where),
  };
}

function checkToken(token: unknown, where: string): string {
  if (typeof token !== "string") {
    throw invalidTokens(`must hold strings, but ${where} is a value of type ${typeof token}`);
  }
  if (token === "") {
    throw invalidTokens(
      `must hold strings, but ${where} is an empty string; is the variable that holds it set?`,
    );
  }
  if (!TOKEN.test(token)) {
    throw invalidTokens(`must hold strings of letters, digits and -._~+/, but ${where} has other characters`);
  }
  if (token.length < TOKEN_LENGTH_MIN || token.length > TOKEN_LENGTH_MAX) {
    throw invalidTokens(
      `must hold strings of ${TOKEN_LENGTH_MIN} to ${TOKEN_LENGTH_MAX} characters, but ${where} has ${token.length}; ` +
        "'openssl rand -hex 16' makes a good one",
    );
  }
  return token;
}

function checkDigest(sha256: unknown, where: string): Uint8Array {
  if (typeof sha256 === "string" && /^[0-9a-f]{64}$/i.test(sha256)) {
    return Uint8Array.from(sha256.match(/../g)!, (byte) => parseInt(byte, 16));
  }
  throw invalidTokens(
    `must hold digests of 64 hexadecimal digits as 'sha256', but ${where} has another value`,
  );
}

function instantMs(value: unknown, where: string): number {
  return momentMs(momentOf(value, `Option 'expiresAt' of ${where}`), "UTC");
}

function invalidTokens(rule: string): CarillonError {
  return new CarillonError("invalidOption", `Option 'tokens' ${rule}`, { details: { option: "tokens" } });
}

/** Digests have one length, so comparing them reveals nothing about the token, its length included. */
function digestOf(token: string): Uint8Array {
  return createHash("sha256").update(token).digest();
}
