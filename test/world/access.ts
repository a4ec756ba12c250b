import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { exportJWK, generateKeyPair, importJWK, SignJWT } from "jose";
import { z } from "zod";
import { readJson, sendJson, sendProblem } from "./http-json.ts";
import type { Store } from "./store.ts";

/** The application's tag, as Access gives one to whoever protects a hostname. */
export const ACCESS_AUDIENCE = "0b".repeat(32);

const LIFE_SECONDS = 24 * 60 * 60;
/** Access publishes the key that signs and the one before it. */
const PUBLISHED = 2;

const keySchema = z.object({ kid: z.string(), jwk: z.looseObject({ kty: z.literal("RSA"), n: z.string(), e: z.string(), d: z.string() }) });
const keysSchema = z.array(keySchema);

const loginSchema = z.strictObject({
  email: z.string().optional(),
  common_name: z.string().optional(),
  audience: z.string().optional(),
  expires_in_seconds: z.int().optional(),
});

/** A team at Cloudflare Access: `/cdn-cgi/access/certs` as there; `POST /assertions` logs somebody in, `POST /rotate` makes a new key. */
export interface Access {
  readonly server: Server;
  /** Where the team is: the issuer of its assertions. */
  pointAt(team: string): void;
}

export function createAccess(store: Store): Access {
  let team = "";

  const keep = (keys: z.infer<typeof keysSchema>): void => store.settings.set("access_keys", JSON.stringify(keys));
  const keys = async (): Promise<z.infer<typeof keysSchema>> => {
    const kept = store.settings.get("access_keys");
    return kept === null ? rotate([]) : keysSchema.parse(JSON.parse(kept));
  };
  const rotate = async (before: z.infer<typeof keysSchema>): Promise<z.infer<typeof keysSchema>> => {
    const { privateKey } = await generateKeyPair("RS256", { extractable: true });
    const fresh = keySchema.parse({ kid: crypto.randomUUID(), jwk: await exportJWK(privateKey) });
    const all = [fresh, ...before].slice(0, PUBLISHED);
    keep(all);
    return all;
  };

  const certs = async () => ({
    keys: (await keys()).map(({ kid, jwk: { kty, n, e } }) => ({ kid, kty, n, e, alg: "RS256", use: "sig" })),
  });

  const assertion = async ({ email, common_name, audience, expires_in_seconds }: z.infer<typeof loginSchema>): Promise<string> => {
    const [key] = await keys();
    if (key === undefined) throw new Error("the team has no key");
    const seconds = Math.floor(Date.now() / 1000);
    const claims = {
      iss: team,
      aud: [audience ?? ACCESS_AUDIENCE],
      iat: seconds,
      nbf: seconds,
      exp: seconds + (expires_in_seconds ?? LIFE_SECONDS),
      type: "app",
      ...(common_name === undefined ? { sub: crypto.randomUUID(), email: email ?? "operator@sluice.test" } : { sub: "", common_name }),
    };
    return new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: key.kid }).sign(await importJWK(key.jwk, "RS256"));
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const json = await readJson(request);
    switch (`${request.method ?? "GET"} ${request.url ?? "/"}`) {
      case "GET /cdn-cgi/access/certs":
        return sendJson(response, 200, await certs());
      case "POST /rotate": {
        const [key] = await rotate(await keys());
        return sendJson(response, 200, { kid: key?.kid });
      }
      case "POST /assertions": {
        const login = loginSchema.safeParse(json.ok ? json.value : null);
        return login.success
          ? sendJson(response, 201, { assertion: await assertion(login.data) })
          : sendProblem(response, 400, "invalid_login", z.prettifyError(login.error));
      }
      default:
        return sendProblem(response, 404, "not_found", "there is: GET /cdn-cgi/access/certs, POST /assertions, POST /rotate");
    }
  };

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  return {
    server,
    pointAt(url) {
      team = url;
    },
  };
}
