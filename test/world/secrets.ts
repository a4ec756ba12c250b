import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Store } from "./store.ts";

const secretsSchema = z.object({ handleKey: z.string(), operatorKey: z.string(), callbackSecret: z.string() });

export type Secrets = z.infer<typeof secretsSchema>;

/** Made once per state directory: handles and keys that were given out stay good over a restart. */
export function secretsOf(store: Store): Secrets {
  const kept = store.settings.get("secrets");
  if (kept !== null) return secretsSchema.parse(JSON.parse(kept));
  const secrets: Secrets = {
    handleKey: randomBytes(32).toString("base64url"),
    operatorKey: `key_operator_${randomBytes(24).toString("base64url")}`,
    callbackSecret: `whsec_${randomBytes(32).toString("base64")}`,
  };
  store.settings.set("secrets", JSON.stringify(secrets));
  return secrets;
}
