import { expect } from "vitest";
import type { LaunchedWorld } from "#test/world/launch.ts";

/** A browser of somebody's own: it keeps cookies by origin and follows nothing by itself. */
export interface Person {
  readonly cookies: ReadonlyMap<string, string>;
  visit(
    address: string,
    form?: URLSearchParams,
  ): Promise<{ readonly status: number; readonly location: string | null; readonly text: string }>;
}

export function person(): Person {
  const cookies = new Map<string, string>();
  return {
    cookies,
    async visit(address, form) {
      const { origin } = new URL(address);
      const cookie = cookies.get(origin);
      const reply = await fetch(address, {
        redirect: "manual",
        headers: cookie === undefined ? {} : { cookie },
        ...(form === undefined ? {} : { method: "POST", body: form }),
      });
      const set = reply.headers.get("set-cookie")?.split(";")[0];
      if (set !== undefined) cookies.set(origin, set);
      return { status: reply.status, location: reply.headers.get("location"), text: await reply.text() };
    },
  };
}

export type Consent = {
  readonly channelId: string;
  readonly decision?: "allow" | "deny";
  /** The box of the scope that ends so is not ticked. */
  readonly without?: string;
  readonly browser?: Person;
};

/** By way of Google's page, on which somebody picks a channel and what it may; ends where they end. */
export async function goThrough(
  world: LaunchedWorld,
  connectUrl: string,
  { channelId, decision = "allow", without = "", browser = person() }: Consent,
): Promise<Awaited<ReturnType<Person["visit"]>> & { readonly callback: string; readonly browser: Person }> {
  const started = await browser.visit(connectUrl);
  expect(started.status).toBe(303);
  const consent = new URL(started.location ?? "");
  expect(consent.origin).toBe(world.youtube);
  expect((await browser.visit(consent.href)).text).toContain(`value="${channelId}"`);
  const form = new URLSearchParams({ request: consent.search.slice(1), channel: channelId, decision });
  for (const scope of (consent.searchParams.get("scope") ?? "").split(" "))
    if (!scope.endsWith(without || " ")) form.append("scope", scope);
  const callback = (await browser.visit(`${world.youtube}/o/oauth2/consent`, form)).location ?? "";
  expect(callback).toMatch(new RegExp(`^${world.url}/oauth/youtube/callback\\?`));
  return { ...(await browser.visit(callback)), callback, browser };
}
