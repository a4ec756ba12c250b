import { CompactSign, exportJWK, generateKeyPair } from "jose";
import { NOW } from "./builders.ts";

export const TEAM = "https://newsroom.cloudflareaccess.test";
export const AUDIENCE = "a5".repeat(32);

type Signing = { readonly kid: string; readonly privateKey: CryptoKey; readonly publicKey: CryptoKey };

/** A team as Access runs one: it publishes its keys, the newest of which signs, and old ones for as long as it pleases. */
export async function fakeAccessTeam() {
  const time = { now: NOW };
  const state = { fetches: 0, away: false, reply: null as string | null, status: 200, hangs: false };
  const asked: Request[] = [];
  const published: Signing[] = [];

  const rotate = async (): Promise<Signing> => {
    const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
    const key = { kid: `kid-${published.length}-${time.now}`, privateKey, publicKey };
    published.unshift(key);
    return key;
  };
  await rotate();
  const current = (): Signing => {
    const [key] = published;
    if (key === undefined) throw new Error("the team has no key");
    return key;
  };

  const keySet = async () => ({
    keys: await Promise.all(
      published.map(async ({ kid, publicKey }) => ({ ...(await exportJWK(publicKey)), kid, alg: "RS256", use: "sig" })),
    ),
  });

  return {
    time,
    state,
    /** Requests for its keys. */
    asked,
    current,
    rotate,
    withdraw: (kid: string) => {
      published.splice(0, published.length, ...published.filter((key) => key.kid !== kid));
    },
    ports: {
      send: async (request: Request): Promise<Response> => {
        state.fetches += 1;
        asked.push(request);
        if (state.away) throw new Error("connection refused");
        if (state.hangs) await new Promise((_, reject) => request.signal.addEventListener("abort", reject));
        return new Response(state.reply ?? JSON.stringify(await keySet()), { status: state.status });
      },
      now: () => time.now,
      pause: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
    },
    /** What Access would make of these claims; each can be another one, or absent (`undefined`). */
    assertion: async (
      claims: Readonly<Record<string, unknown>> = {},
      header: { alg?: string; kid?: string } = {},
      key: CryptoKey | Uint8Array = current().privateKey,
    ) => {
      const seconds = Math.floor(time.now / 1000);
      const times = { iat: seconds, nbf: seconds, exp: seconds + 600 };
      const payload = JSON.stringify({ iss: TEAM, aud: [AUDIENCE], email: "anna@newsroom.test", sub: "u-1", ...times, ...claims });
      return new CompactSign(new TextEncoder().encode(payload))
        .setProtectedHeader({ alg: "RS256", kid: current().kid, ...header })
        .sign(key);
    },
  };
}
