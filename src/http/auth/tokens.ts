import { createHash, timingSafeEqual } from "node:crypto";
import { CarillonError } from "../../errors.ts";
import { checkName } from "../../model/option_checks.ts";

/** A bearer token with the name of its holder. */
export interface ControlToken {
  /** The holder's name, for people: shown beside everything done with the token. */
  readonly name: string;
  /** The secret itself: letters, digits and `-._~+/`. */
  readonly token: string;
}

/** The tokens that fit the header `Authorization: Bearer …` (RFC 6750). */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/** The tokens that open the control endpoints. Only their digests are kept. */
export class TokenTable {
  readonly #entries: readonly { readonly name: string; readonly digest: Uint8Array }[];

  /** Checks the tokens. Throws `invalidOption`, without showing the token. */
  constructor(tokens: readonly (string | ControlToken)[]) {
    if (!Array.isArray(tokens)) {
      throw new CarillonError(
        "invalidOption",
        "Option 'tokens' of createControlApp must be a list of tokens",
      );
    }
    this.#entries = tokens.map((entry: unknown, i) => {
      const where = `token ${i + 1} of createControlApp`;
      const { name, token } = typeof entry === "object" && entry !== null
        ? entry as Partial<ControlToken>
        : { name: `token ${i + 1}`, token: entry };
      return { digest: digestOf(checkToken(token, where)), name: checkName(name, "name", where) };
    });
  }

  /** True if there are none: the endpoints are open to this machine. */
  get empty(): boolean {
    return this.#entries.length === 0;
  }

  /** Returns the name of a token's holder, or undefined. Takes as long for a wrong one as for a right one. */
  holderOf(token: string): string | undefined {
    const digest = digestOf(token);
    let holder: string | undefined;
    for (const entry of this.#entries) {
      if (timingSafeEqual(entry.digest, digest)) holder ??= entry.name;
    }
    return holder;
  }
}

function checkToken(token: unknown, where: string): string {
  if (typeof token === "string" && TOKEN.test(token)) return token;
  const given = typeof token !== "string"
    ? `a value of type ${typeof token}`
    : token === ""
    ? "an empty string; is the variable that holds it set?"
    : "a string with other characters";
  throw new CarillonError(
    "invalidOption",
    `Option 'tokens' must hold strings of letters, digits and -._~+/, but ${where} is ${given}`,
    { details: { option: "tokens" } },
  );
}

/** Digests have one length, so comparing them reveals nothing about the token, its length included. */
function digestOf(token: string): Uint8Array {
  return createHash("sha256").update(token).digest();
}
