import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Store } from "./store.ts";

const secretsSchema = z.object({ handleKey: z.string(), operatorKey: z.string(), callbackSecret: z.string(), sealingKeys: z.string() });

export type Secrets = z.infer<typeof secretsSchema>;

/** Made once per state directory, each when it is first needed: handles and keys that were given out stay good over a restart. */
export function secretsOf(store: Store): Secrets {
  const kept = z.record(z.string(), z.string()).parse(JSON.parse(store.settings.get("secrets") ?? "{}"));
  const fresh = {
    handleKey: randomBytes(32).toString("base64url"),
    operatorKey: `key_operator_${randomBytes(24).toString("base64url")}`,
    callbackSecret: `whsec_${randomBytes(32).toString("base64")}`,
    sealingKeys: `w1:${randomBytes(32).toString("base64url")}`,
  };
  const secrets = secretsSchema.parse({ ...fresh, ...kept });
  store.settings.set("secrets", JSON.stringify(secrets));
  return secrets;
}
