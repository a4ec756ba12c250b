import { expect, test } from "vitest";
import { ISLAND, ISLAND_PATH } from "#console/built-island.ts";
import { apiUnderTest } from "#test/fakes/api-under-test.ts";

test("the first page allows its own scripts and nothing else, and nobody to frame it", async () => {
  const { send } = await apiUnderTest();
  const { status, headers } = await send("/", { as: null });
  expect(status).toBe(200);
  expect(headers.get("Content-Type")).toBe("text/html; charset=UTF-8");
  const policy = headers.get("Content-Security-Policy") ?? "";
  for (const rule of [
    "default-src 'none'",
    "script-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]) {
    expect(policy.split("; ")).toContain(rule);
  }
  expect(policy).not.toContain("unsafe");
  expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
  expect(headers.get("Referrer-Policy")).toBe("no-referrer");
  expect(headers.get("X-Frame-Options")).toBe("DENY");
  expect(headers.get("Cross-Origin-Opener-Policy")).toBe("same-origin");
  expect(headers.get("Permissions-Policy")).toContain("camera=()");
  expect(headers.get("Cache-Control")).toBe("no-cache");
});

test("the page has no inline script, style or handler, and says without script what else there is", async () => {
  const { send } = await apiUnderTest();
  const { text } = await send("/", { as: null });
  expect(text.match(/<script/g)).toHaveLength(1);
  expect(text).toContain(`<script type="module" src="${ISLAND_PATH}main.js"></script>`);
  expect(text).not.toMatch(/<style|\sstyle=|\son[a-z]+=/);
  expect(text).toMatch(/<noscript>[^]*\$URL\/upload\/video\.mp4[^]*<\/noscript>/);
});

test("every module is served for ever under its release, and imports only modules that are there", async () => {
  const { send } = await apiUnderTest();
  expect(Object.keys(ISLAND)).toEqual(expect.arrayContaining(["main.js", "digest-worker.js"]));
  for (const name of Object.keys(ISLAND)) {
    const module = await send(`${ISLAND_PATH}${name}`, { as: null });
    expect(module.status, name).toBe(200);
    expect(module.headers.get("Content-Type")).toBe("text/javascript; charset=utf-8");
    expect(module.headers.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
    expect(module.headers.get("Content-Security-Policy")).toContain("script-src 'self'");
    const imported = Array.from(module.text.matchAll(/from "\.\/([^"]+)"/g), ([, path]) => path);
    expect(imported.filter((path) => ISLAND[path ?? ""] === undefined)).toEqual([]);
  }
});

test("a page of an older release gets the modules that there are, and nobody keeps them", async () => {
  const { send } = await apiUnderTest();
  const module = await send("/console/0123456789abcdef/main.js", { as: null });
  expect(module.headers.get("Cache-Control")).toBe("no-store");
  expect(module.text).toBe(ISLAND["main.js"]);
});

test.each(["/console/x/gone.js", "/console/x/__proto__", "/console/x/constructor"])("%s is nothing", async (path) => {
  const { send } = await apiUnderTest();
  expect((await send(path, { as: null })).json["code"]).toBe("not_found");
});

test("the style and the icon are there, and the page is answered without a configuration", async () => {
  const { send } = await apiUnderTest({ misconfigured: new Error("no secrets") });
  expect((await send("/", { as: null })).status).toBe(200);
  expect((await send("/console/style.css", { as: null })).headers.get("Content-Type")).toBe("text/css; charset=utf-8");
  expect((await send("/console/icon.svg", { as: null })).headers.get("Content-Type")).toBe("image/svg+xml");
});
