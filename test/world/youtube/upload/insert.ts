import { ok, type Result } from "#domain/result.ts";
import { BodyCut, drain, parseResource, readResource } from "#test/world/youtube/body.ts";
import type { Owner } from "#test/world/youtube/caller.ts";
import type { BodyFault, Call, Reply } from "#test/world/youtube/call.ts";
import { refusedReply } from "#test/world/youtube/data/answer.ts";
import { partsOf } from "#test/world/youtube/data/parts.ts";
import { readMetadata } from "#test/world/youtube/data/video-metadata.ts";
import { VIDEO_PARTS } from "#test/world/youtube/data/video-resource.ts";
import type { Session } from "#test/world/youtube/records.ts";
import { inBody, type Refusal, refuse } from "#test/world/youtube/refusals.ts";
import { newSecret, sha256 } from "#test/world/youtube/secret.ts";
import { finishUpload } from "./finish.ts";
import { pour } from "./pour.ts";
import { boundaryOf, parseRelated, Unclosed } from "./related.ts";

const MAX_VIDEO_BYTES = 256 * 1024 ** 3;
const DAY_MS = 86_400_000;

/** `POST /upload/youtube/v3/videos`, as the caller who has been charged for it. */
export async function insertVideo(call: Call, owner: Owner, fault: BodyFault | null): Promise<Reply | null> {
  switch (call.url.searchParams.get("uploadType")) {
    case "resumable":
      return openSession(call, owner);
    case "multipart":
      return insertRelated(call, owner, fault);
    default:
      return insertMedia(call, owner, fault);
  }
}

async function openSession(call: Call, owner: Owner): Promise<Reply> {
  const { request, note, url, origin } = call;
  const resource = await readResource(call);
  const session = resource.ok ? newSession(call, owner, resource.value) : resource;
  if (!session.ok) return refusedReply(call, session.error);
  const type = request.headers["x-upload-content-type"];
  if (typeof type === "string" && !isVideo(type)) return refusedReply(call, badType(type).error);
  const announced = request.headers["x-upload-content-length"];
  if (announced !== undefined && !(typeof announced === "string" && /^\d{1,15}$/.test(announced)))
    return refusedReply(call, refuse("invalidParameter", "Invalid value for X-Upload-Content-Length.").error);
  const total = announced === undefined ? null : Number(announced);
  if (total !== null && total > MAX_VIDEO_BYTES) return refusedReply(call, refuse("uploadTooLarge").error);

  const uploadId = newSecret("", 48);
  const opened: Session = { ...session.value, id: sha256(uploadId), total };
  call.site.library.sessions.put(opened);
  note.session_id = opened.id;
  const location = new URL(`${origin}${url.pathname}`);
  location.search = new URLSearchParams([...url.searchParams, ["upload_id", uploadId]]).toString();
  return { status: 200, headers: { location: location.href, "x-guploader-uploadid": uploadId } };
}

async function insertRelated(call: Call, owner: Owner, fault: BodyFault | null): Promise<Reply | null> {
  const boundary = boundaryOf(call.request.headers["content-type"]);
  const related = boundary === null ? null : await parseRelated(call.body(), boundary);
  if (related === null || !related.ok) return discarding(call, refuse("badRequest", "Malformed multipart body.").error);
  const { metadata, mediaType, media } = related.value;
  const resource = parseResource(metadata);
  const session = resource.ok ? newSession(call, owner, resource.value) : resource;
  if (!session.ok) return afterMedia(call, media, session.error);
  if (!isVideo(mediaType)) return afterMedia(call, media, badType(mediaType).error);
  return take(call, session.value, media, fault);
}

async function insertMedia(call: Call, owner: Owner, fault: BodyFault | null): Promise<Reply | null> {
  const type = call.request.headers["content-type"] ?? "application/octet-stream";
  const session = newSession(call, owner, {});
  if (!session.ok) return discarding(call, session.error);
  if (!isVideo(type)) return discarding(call, badType(type).error);
  return take(call, session.value, call.body(), fault);
}

/** One request with everything: a session that nobody can come back to. */
async function take(call: Call, session: Session, media: AsyncIterable<Buffer>, fault: BodyFault | null): Promise<Reply | null> {
  const { site, note } = call;
  site.library.sessions.put(session);
  note.session_id = session.id;
  const leave = site.uploading.enter(session.channel_id);
  const giveUp = (): void => {
    site.uploading.discard(session);
    site.library.sessions.drop(session.id);
  };
  try {
    const receiver = site.uploading.receiver(session);
    const breakAfter = fault?.kind === "reset" ? fault.after_bytes : Infinity;
    const breakOff = (): void => void call.socket.resetAndDestroy();
    const poured = await pour(media, receiver, { first: 0, until: Infinity, breakAfter, breakOff });
    if (poured.cut || poured.end === 0) {
      giveUp();
      return poured.cut ? null : refusedReply(call, refuse("mediaBodyRequired").error);
    }
    if (site.library.sessions.get(session.id) === null) return null;
    receiver.append(poured.restAt, poured.rest);
    return finishUpload(call, session);
  } catch (cause) {
    giveUp();
    if (cause instanceof Unclosed) return refusedReply(call, refuse("badRequest", "Malformed multipart body.").error);
    throw cause;
  } finally {
    leave();
  }
}

function newSession({ site, url }: Call, { project, channel }: Owner, resource: unknown): Result<Session, Refusal> {
  const { library, clock } = site;
  const parts = partsOf(url.searchParams, VIDEO_PARTS);
  if (!parts.ok) return parts;
  const metadata = readMetadata(resource, parts.value, null, clock.now());
  if (!metadata.ok) return metadata;
  const since = clock.now() - DAY_MS;
  const today = library.videos.under(channel.id).filter(({ client_id, uploaded_at }) => client_id !== null && uploaded_at > since).length;
  if (channel.uploads_per_day !== null && today >= channel.uploads_per_day) return refuse("uploadLimitExceeded", undefined, inBody("body"));
  return ok({
    id: sha256(newSecret("", 48)),
    client_id: project.client_id,
    channel_id: channel.id,
    metadata: metadata.value,
    parts: [...parts.value],
    total: null,
    received: 0,
    status: "open",
    video_id: null,
    opened_at: clock.now(),
  });
}

const isVideo = (type: string): boolean => /^(video\/[^;]+|application\/octet-stream)(;|$)/i.test(type.trim());

const badType = (type: string): ReturnType<typeof refuse> =>
  refuse("badContent", `Media type '${type}' is not supported. Valid media types: [video/*, application/octet-stream]`);

async function discarding(call: Call, refusal: Refusal): Promise<Reply> {
  await drain(call);
  return refusedReply(call, refusal);
}

async function afterMedia(call: Call, media: AsyncIterable<Buffer>, refusal: Refusal): Promise<Reply | null> {
  try {
    for await (const chunk of media) void chunk;
  } catch (cause) {
    if (cause instanceof BodyCut) return null;
    if (!(cause instanceof Unclosed)) throw cause;
  }
  return refusedReply(call, refusal);
}
