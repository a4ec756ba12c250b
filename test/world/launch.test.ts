import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { type LaunchedWorld, launchWorld } from "./launch.ts";

const config = join(import.meta.dirname, "fixture", "wrangler.toml");
const state = mkdtempSync(join(tmpdir(), "sluice-launch-"));
const running = new Set<LaunchedWorld>();

const launch = async (options: Parameters<typeof launchWorld>[0] = {}): Promise<LaunchedWorld> => {
  const world = await launchWorld({ config, ...options });
  running.add(world);
  return world;
};

const seen = async (world: LaunchedWorld) =>
  z
    .object({ href: z.string(), environment: z.string(), extra: z.string().optional(), firings: z.int() })
    .parse(await (await fetch(`${world.url}/seen`)).json());

/** An upload at the world's YouTube of which one chunk has arrived. */
async function halfAnUpload({ youtube, google, control, url }: LaunchedWorld): Promise<string> {
  const [channel] = (await control.state()).youtube.channels;
  await control.atYouTube("settings", { consent: { channel_id: channel?.id, decision: "allow" } });
  const redirect_uri = `${url}/oauth/youtube/callback`;
  const scope = "https://www.googleapis.com/auth/youtube.upload";
  const query = new URLSearchParams({ client_id: google.client_id, redirect_uri, response_type: "code", scope });
  const consent = await fetch(`${youtube}/o/oauth2/v2/auth?${query.toString()}`, { redirect: "manual" });
  const code = new URL(consent.headers.get("location") ?? "").searchParams.get("code") ?? "";
  const { client_id, client_secret } = google;
  const form = { grant_type: "authorization_code", code, redirect_uri, client_id, client_secret };
  const token = await fetch(`${youtube}/token`, { method: "POST", body: new URLSearchParams(form) });
  const { access_token: accessToken } = z.object({ access_token: z.string() }).parse(await token.json());
  const authorization = `Bearer ${accessToken}`;
  const opened = await fetch(`${youtube}/upload/youtube/v3/videos?uploadType=resumable&part=snippet`, {
    method: "POST",
    headers: { authorization },
  });
  const location = opened.headers.get("location") ?? "";
  const headers = { "content-range": "bytes 0-262143/*" };
  expect((await fetch(location, { method: "PUT", headers, body: Buffer.alloc(262_144) })).status).toBe(308);
  return location;
}

afterAll(async () => {
  for (const world of running) await world.kill9();
  rmSync(state, { recursive: true, force: true });
}, 30_000);

test("a killed world starts again where it was", { timeout: 60_000 }, async () => {
  const extra = `a "quoted" 'text' with $HOME and #`;
  const world = await launch({ state, vars: { EXTRA: extra } });
  expect(await seen(world)).toEqual({ href: `${world.url}/seen`, environment: "local", extra, firings: 0 });
  expect(statSync(join(state, "local.json")).mode & 0o777).toBe(0o600);

  expect(await world.control.cron("0 * * * *")).toEqual({ cron: "0 * * * *", status: 200, outcome: "ok" });
  expect((await seen(world)).firings).toBe(1);

  await fetch(`${world.url}/ask`, { method: "POST" });
  await world.control.fault({ peer: "app", operation: "callback", kind: "status", status: 500, times: 2 });

  const upload = await halfAnUpload(world);

  await world.control.killWorker();
  expect((await fetch(`${world.url}/healthz`)).status).toBe(200);
  expect((await world.control.state()).worker).toEqual({ status: "ready", starts: 2 });

  await expect(launchWorld({ config, state })).rejects.toThrow(`Another world uses ${state} (process ${world.pid})`);

  const before = await world.control.state();
  await world.kill9();
  running.delete(world);
  await expect(fetch(`${world.url}/healthz`)).rejects.toThrow();

  const [again, beside] = await Promise.all([launch({ state }), launch()]);
  const of = ({ url, apiKey, operatorKey, app, youtube, google }: LaunchedWorld) => [url, apiKey, operatorKey, app, youtube, google];
  expect(of(again)).toEqual(of(world));
  expect((await seen(again)).firings).toBe(1);
  const after = await again.control.state();
  expect(after.app.authentications).toEqual(before.app.authentications);
  expect(after.app.authentications).toMatchObject([{ action: "open", upload_id: "upl_fixture", status: 200 }]);
  expect(after.youtube).toEqual({ ...before.youtube, now: after.youtube.now });
  const question = await fetch(upload, { method: "PUT", headers: { "content-range": "bytes */*" } });
  expect([question.status, question.headers.get("range")]).toEqual([308, "bytes=0-262143"]);
  expect(after.faults).toMatchObject([{ peer: "app", operation: "callback", remaining: 2 }]);

  expect(beside.url).not.toBe(again.url);
  expect(beside.apiKey).not.toBe(again.apiKey);
  await Promise.all([beside.stop(), again.stop()]);
  running.clear();
  expect(existsSync(beside.stateDir)).toBe(false);
  expect(existsSync(join(state, "worker.env"))).toBe(false);
  expect(readFileSync(join(state, "worker.log"), "utf8")).toContain("Ready on");
});
