import { parseUploadName } from "#api/headers/upload-name.ts";
import { beginSession, beginsSession } from "./content-range/begin-session.ts";
import { storeByHandle } from "./content-range/by-handle.ts";
import { storeByName } from "./content-range/by-name.ts";
import { refuseRange } from "./content-range/answers.ts";
import { cancelByHandle, cancelByName } from "./content-range/cancel.ts";
import { lookByHandle, lookByName } from "./content-range/look.ts";
import { storeMedia } from "./content-range/store-media.ts";
import type { Exchange, NamedExchange, UploadExchange } from "./exchange.ts";
import { discovery, namedDiscovery } from "./discovery.ts";
import { onCollection as creations, onName, onUpload as rufhOperations, speakRufh } from "./rufh/dispatch.ts";
import { isMarked, isMeant } from "./rufh/iteration.ts";
import { upgraded } from "./rufh/upgrade.ts";
import { speakTus } from "./tus/dispatch.ts";
import { onCollection, onUpload } from "./tus/operations.ts";

type ByMethod<E extends Exchange> = ReadonlyMap<string, (exchange: E) => Promise<Response>>;

const uploadMethods: ByMethod<UploadExchange> = new Map([
  ["HEAD", lookByHandle],
  ["PUT", storeByHandle],
  ["POST", storeByHandle],
  ["DELETE", cancelByHandle],
]);

const nameMethods: ByMethod<NamedExchange> = new Map([
  ["HEAD", lookByName],
  ["PUT", storeByName],
  ["POST", storeByName],
  ["DELETE", cancelByName],
]);

/** `/files`: a creation of tus or of the IETF's draft, or a session of Google's protocol, told apart by their headers. */
export async function answerCollection(exchange: Exchange): Promise<Response> {
  const { method, headers } = exchange.request;
  if (method === "OPTIONS") return discovery(exchange);
  if (headers.has("Tus-Resumable")) return speakTus(exchange, onCollection);
  if (method === "POST" && beginsSession(exchange)) return beginSession(exchange);
  if (isMarked(exchange.request)) return speakRufh(exchange, creations);
  if (method !== "POST") return refuseMethod(exchange, ["OPTIONS", "POST"]);
  // Without a mark of another's it can only be a tus creation that forgot its version.
  return speakTus(exchange, onCollection);
}

/** `/files/{handle}`: every dialect, whichever the upload was begun in. */
export async function answerUpload(exchange: UploadExchange): Promise<Response> {
  const { method, headers } = exchange.request;
  if (method === "OPTIONS") return discovery(exchange);
  if (headers.has("Tus-Resumable")) return speakTus(exchange, onUpload);
  if (isMeant(exchange.request)) return speakRufh(exchange, rufhOperations);
  if (method === "PATCH") return speakTus(exchange, onUpload);
  return upgraded(exchange, await byMethod(exchange, uploadMethods, ["PATCH"]));
}

/** `/upload/{name}`: the last segment of the path is the name. */
export async function answerName(exchange: Exchange): Promise<Response> {
  const { url, request } = exchange;
  const name = parseUploadName(url.pathname.slice(url.pathname.lastIndexOf("/") + 1));
  if (!name.ok) return refuseRange(exchange, name.error);
  const { method } = request;
  if (method === "OPTIONS") return namedDiscovery(exchange);
  if (method === "POST" && beginsSession(exchange)) return beginSession(exchange, { name: name.value });
  const named = { ...exchange, name: name.value };
  if (onName.has(method) && isMeant(request)) return speakRufh(named, onName);
  return upgraded(exchange, await byMethod(named, nameMethods, ["OPTIONS"]));
}

/** `POST /upload/storage/v1/b/{bucket}/o`, where Cloud Storage's clients begin. */
export async function answerBucket(exchange: Exchange, bucket: string): Promise<Response> {
  if (exchange.request.method !== "POST") return refuseMethod(exchange, ["POST"]);
  switch (exchange.url.searchParams.get("uploadType")) {
    case "resumable":
      // Cloud Storage always tells the MD5, and its Node client with `validation: "md5"` insists on it without declaring one.
      return beginSession(exchange, { metadata: { bucket }, alsoCompute: ["md5"] });
    case "media":
      return storeMedia(exchange, { bucket });
    default:
      return refuseRange(exchange, { code: "invalid_request", detail: "uploadType must be resumable or media" });
  }
}

/** `POST /upload/youtube/v3/videos`, where YouTube's upload tools begin. */
export async function answerVideos(exchange: Exchange): Promise<Response> {
  return exchange.request.method === "POST" ? beginSession(exchange) : refuseMethod(exchange, ["POST"]);
}

async function byMethod<E extends Exchange>(exchange: E, methods: ByMethod<E>, others: readonly string[]): Promise<Response> {
  const answer = methods.get(exchange.request.method);
  return answer === undefined ? refuseMethod(exchange, [...methods.keys(), ...others]) : answer(exchange);
}

function refuseMethod(exchange: Exchange, allow: readonly string[]): Response {
  return refuseRange(exchange, { code: "method_not_allowed", allow });
}
