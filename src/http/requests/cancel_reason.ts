import { z } from "zod";

/** Why jobs are cancelled, for whoever reads them. */
export const cancelReason = z.string({ error: "must be a text" }).min(1, { error: "must not be empty" })
  .max(1000, { error: "must have at most 1000 characters" }).optional();
