import { z } from "zod";
import { type AccountKey, accountKey, parseAccountKey } from "./account.ts";

/** The key of a peer account, as it is read back from where it was stored or sent. */
export const accountSchema = z.string().transform((text, context): AccountKey => {
  const parsed = parseAccountKey(text);
  if (parsed !== null) return accountKey(parsed.kind, parsed.name);
  context.addIssue({ code: "custom", message: "not the key of an account" });
  return z.NEVER;
});
