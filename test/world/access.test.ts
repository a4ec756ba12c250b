import { createRemoteJWKSet, jwtVerify } from "jose";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { ACCESS_AUDIENCE, createAccess, type Access } from "./access.ts";
import { closeServer, listenOnFirstFree } from "./listen.ts";
import type { Store } from "./store.ts";
import { storeIn, temporaryDirectory } from "./testing.ts";

let directory: ReturnType<typeof temporaryDirectory>;
let store: Store;
let access: Access;
let url = "";

beforeEach(async () => {
  directory = temporaryDirectory();
  store = storeIn(directory.path);
  access = createAccess(store);
  url = `http://127.0.0.1:${await listenOnFirstFree(access.server, [])}`;
  access.pointAt(url);
});

afterEach(async () => {
  await closeServer(access.server);
  store.close();
  directory.remove();
});

const post = async (path: string, body: unknown = {}) => {
  const reply = await fetch(`${url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: reply.status, json: z.record(z.string(), z.unknown()).parse(await reply.json()) };
};

/** As another library reads it: its own key set, its own rules. */
const verified = async (assertion: unknown) =>
  jwtVerify(String(assertion), createRemoteJWKSet(new URL(`${url}/cdn-cgi/access/certs`)), { issuer: url, audience: ACCESS_AUDIENCE });

test("logs people and service tokens in", async () => {
  const person = await post("/assertions", { email: "anna@newsroom.test" });
  expect([person.status, (await verified(person.json["assertion"])).payload["email"]]).toEqual([201, "anna@newsroom.test"]);
  const service = await post("/assertions", { common_name: "backup.access" });
  expect((await verified(service.json["assertion"])).payload).toMatchObject({ common_name: "backup.access", sub: "" });
});

test("publishes the key before beside the new one, and none older", async () => {
  const { json } = await post("/assertions");
  await post("/rotate");
  await expect(verified(json["assertion"])).resolves.toMatchObject({ protectedHeader: { alg: "RS256" } });
  await post("/rotate");
  await expect(verified(json["assertion"])).rejects.toThrow("no applicable key");
});

test("refuses what it does not understand", async () => {
  expect(await post("/assertions", { emial: "x" })).toMatchObject({ status: 400, json: { code: "invalid_login" } });
  expect(await post("/elsewhere")).toMatchObject({ status: 404 });
});
