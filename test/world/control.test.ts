import type { Server } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Application, createApplication } from "./application.ts";
import { createControl, worldStateSchema } from "./control.ts";
import { createEdge } from "./edge.ts";
import { type FaultBook, faultBook } from "./faults.ts";
import { closeServer, listenOnFirstFree } from "./listen.ts";
import type { Store } from "./store.ts";
import { storeIn, temporaryDirectory } from "./testing.ts";
import { createYouTube, type YouTube } from "./youtube/youtube.ts";

let directory: ReturnType<typeof temporaryDirectory>;
let store: Store;
let faults: FaultBook;
let application: Application;
let youtube: YouTube;
let control: Server;
let url: string;
let done: string[];

beforeEach(async () => {
  directory = temporaryDirectory();
  store = storeIn(directory.path);
  faults = faultBook(store);
  done = [];
  application = createApplication({ store, faults, callbackSecret: "whsec_c2VjcmV0IG9mIHRoZSB0ZXN0cw==" });
  youtube = createYouTube({ store, faults, directory: join(directory.path, "youtube"), machine: () => 0 });
  const note = (what: string) => () => {
    done.push(what);
    return Promise.resolve();
  };
  control = createControl({
    operatorKey: "key_operator",
    application,
    youtube,
    faults,
    edge: createEdge({ faults }),
    worker: { state: () => ({ status: "ready", starts: 1 }), kill: note("kill"), restart: note("restart") },
    cron: {
      crons: ["0 * * * *"],
      fire: (cron) => {
        done.push(cron);
        return Promise.resolve({ cron, status: 200, outcome: "ok" });
      },
    },
  });
  url = `http://127.0.0.1:${await listenOnFirstFree(control, [])}`;
});

afterEach(async () => {
  await closeServer(control);
  store.close();
  directory.remove();
});

async function ask(method: string, path: string, body?: unknown, key = "key_operator"): Promise<{ status: number; body: unknown }> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const reply = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${key}` },
    ...(text === undefined ? {} : { body: text }),
  });
  return { status: reply.status, body: await reply.json() };
}

const cut = { peer: "edge", operation: "request", kind: "cut", after_bytes: 5, times: 2 };

test("shows what the world holds, to the operator alone", async () => {
  const { status, body } = await ask("GET", "/state");
  expect(status).toBe(200);
  expect(worldStateSchema.parse(body)).toEqual({
    app: { authentications: [], callbacks: [], webhooks: [] },
    youtube: youtube.state(),
    faults: [],
    edge: { requests: 0, refused_413: 0 },
    worker: { status: "ready", starts: 1 },
  });
  expect(await ask("GET", "/state", undefined, "key_other")).toMatchObject({ status: 401, body: { code: "unauthorized" } });
});

test("takes a fault, shows it until it has happened, and forgets it at a reset", async () => {
  expect(await ask("POST", "/faults", cut)).toEqual({ status: 201, body: { ...cut, id: 1, remaining: 2 } });
  faults.takeForEdge({ method: "PUT", path: "/", final: false });
  expect(await ask("GET", "/faults")).toEqual({ status: 200, body: { faults: [{ ...cut, id: 1, remaining: 1 }] } });
  store.authentications.add(JSON.stringify({ at: "now", action: "open", upload_id: null, authorization_sha256: null, status: 200 }));
  expect(application.state().authentications).toHaveLength(1);
  expect((await ask("POST", "/reset")).status).toBe(200);
  expect(worldStateSchema.parse((await ask("GET", "/state")).body)).toMatchObject({ app: { authentications: [] }, faults: [] });
});

test.each([
  ["POST", "/faults", { ...cut, after_bytes: "5" }, 400, "invalid_fault"],
  ["POST", "/faults", { ...cut, kind: "explosion" }, 400, "invalid_fault"],
  ["POST", "/faults", '{"peer":', 400, "invalid_json"],
  ["POST", "/cron", { cron: "1 * * * *" }, 400, "unknown_cron"],
  ["POST", "/cron", {}, 400, "invalid_cron"],
  ["POST", "/worker/kill", "{", 400, "invalid_json"],
  ["GET", "/nothing", undefined, 404, "not_found"],
])("%s %s with %j changes nothing", async (method, path, body, status, code) => {
  expect(await ask(method, path, body)).toMatchObject({ status, body: { status, code } });
  expect(faults.pending()).toEqual([]);
  expect(done).toEqual([]);
});

test("fires a trigger, kills and restarts the Worker", async () => {
  expect((await ask("POST", "/cron", { cron: "0 * * * *" })).body).toEqual({ cron: "0 * * * *", status: 200, outcome: "ok" });
  expect((await ask("POST", "/worker/kill")).body).toEqual({ status: "ready", starts: 1 });
  expect((await ask("POST", "/worker/restart")).status).toBe(200);
  expect(done).toEqual(["0 * * * *", "kill", "restart"]);
});
