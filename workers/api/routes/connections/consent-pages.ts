import { getCookie, setCookie } from "hono/cookie";
import { html } from "hono/html";
import type { Connection } from "#domain/connections/connection.ts";
import type { ConsentRefusal } from "#domain/connections/refusal.ts";
import { publicOrigin, type Api, type ApiContext } from "#api/context.ts";
import { page, PAGE_POLICY, prose } from "#api/docs/page.ts";
import { wordsFor } from "./consent-words.ts";

export const CONSENT_START = "/oauth/youtube/start";
const CALLBACK = "/oauth/youtube/callback";

const COOKIE = "sluice-consent";
const COOKIE_SECONDS = 600;
const BROWSER = /^[\w-]{43}$/;

const redirectUri = (c: ApiContext): string => `${publicOrigin(c)}${CALLBACK}`;
/** By plain http, as in the local world, no browser takes a `__Host-` cookie. */
const isSecure = (c: ApiContext): boolean => publicOrigin(c).startsWith("https:");

function browserOf(c: ApiContext): string | null {
  const value = isSecure(c) ? getCookie(c, COOKIE, "host") : getCookie(c, COOKIE);
  return value !== undefined && BROWSER.test(value) ? value : null;
}

function rememberBrowser(c: ApiContext, browser: string): void {
  const secure = isSecure(c);
  const options = { path: "/", httpOnly: true, sameSite: "Lax", maxAge: COOKIE_SECONDS, secure } as const;
  setCookie(c, COOKIE, browser, secure ? { ...options, prefix: "host" } : options);
}

function send(c: ApiContext, location: string): Response {
  c.header("Cache-Control", "no-store");
  return c.redirect(location, 303);
}

function show(c: ApiContext, status: 200 | ReturnType<typeof wordsFor>["status"], title: string, paragraphs: readonly string[]) {
  c.header("Content-Security-Policy", PAGE_POLICY);
  c.header("Cache-Control", "no-store");
  return c.html(
    page(
      null,
      `Sluice: ${title}`,
      html`<h1>${title}</h1>
        ${paragraphs.map((paragraph) => html`<p>${prose(paragraph)}</p>`)}
        <p><a href="/">To the first page</a></p>`,
    ),
    status,
  );
}

function refuse(c: ApiContext, refusal: ConsentRefusal, returnTo: string | null) {
  c.var.log.info("consent refused", { code: refusal.code });
  if (returnTo !== null) return send(c, withQuery(returnTo, "connection_error", refusal.code));
  const { status, title, what, next } = wordsFor(refusal);
  return show(c, status, title, [what, next]);
}

function welcome(c: ApiContext, { id, title }: Connection, returnTo: string | null) {
  if (returnTo !== null) return send(c, withQuery(returnTo, "connection", id));
  return show(c, 200, "Connected", [`“${title}” is connected. You can close this page.`]);
}

function withQuery(url: string, name: string, value: string): string {
  const to = new URL(url);
  to.searchParams.set(name, value);
  return to.href;
}

/** What a browser fetches before anybody has clicked must not take the link away from who clicks. */
const isAhead = (c: ApiContext): boolean => c.req.method === "HEAD" || (c.req.header("Sec-Purpose") ?? "").includes("prefetch");

/** The way of a person's browser to Google and back: no operation of the API. */
export function consentPages(api: Api): void {
  api.get(CONSENT_START, async (c) => {
    if (isAhead(c)) return c.body(null, 204, { "Cache-Control": "no-store" });
    const { connecting, secrets } = c.var.services;
    const browser = browserOf(c) ?? secrets.random(32);
    const started = await connecting.start({ ticket: c.req.query("ticket") ?? "", browser, redirectUri: redirectUri(c) });
    if (!started.ok) return refuse(c, started.error, null);
    rememberBrowser(c, browser);
    return send(c, started.value.consentUrl);
  });

  api.get(CALLBACK, async (c) => {
    if (isAhead(c)) return c.body(null, 204, { "Cache-Control": "no-store" });
    const { outcome, returnTo } = await c.var.services.connecting.finish({
      answer: new URL(c.req.url).searchParams,
      browser: browserOf(c),
      redirectUri: redirectUri(c),
      requestId: c.var.requestId,
    });
    return outcome.ok ? welcome(c, outcome.value, returnTo) : refuse(c, outcome.error, returnTo);
  });
}
