import { createHash, createHmac, randomBytes } from "node:crypto";
import type { Secrets } from "#domain/identity/secrets.ts";

/** Node's cryptography behind the same port: what both say has to agree. */
export const nodeSecrets = (key = "k".repeat(32)): Secrets => ({
  sha256: async (text) => createHash("sha256").update(text).digest("hex"),
  sign: async (purpose, text) =>
    createHmac("sha256", key)
      .update(purpose === "handle" ? text : `${purpose}:${text}`)
      .digest("base64url"),
  random: (bytes) => randomBytes(bytes).toString("base64url"),
});
