import { drain } from "#test/world/youtube/body.ts";
import { holderOf } from "#test/world/youtube/caller.ts";
import type { BodyFault, Call, Reply } from "#test/world/youtube/call.ts";
import { videoResource } from "#test/world/youtube/data/video-resource.ts";
import { underFault } from "#test/world/youtube/fault-handling.ts";
import type { Session } from "#test/world/youtube/records.ts";
import { googleError } from "#test/world/youtube/refusals.ts";
import { sha256 } from "#test/world/youtube/secret.ts";
import { type ContentRange, parseContentRange } from "./content-range.ts";
import { finishUpload } from "./finish.ts";
import { pour } from "./pour.ts";
import { QUANTUM } from "./uploading.ts";

type Bytes = Extract<ContentRange, { kind: "bytes" }>;

const SESSION_EXPIRED: Reply = { status: 404, text: "Not Found" };

/** `PUT|POST …?upload_id=`: a chunk, the whole, or the question how much there is. */
export async function continueUpload(call: Call, uploadId: string): Promise<Reply | null> {
  const { site, request, note } = call;
  const session = site.library.sessions.get(sha256(uploadId));
  if (session === null) return discarding(call, SESSION_EXPIRED);
  note.session_id = session.id;
  note.client_id = session.client_id;
  note.channel_id = session.channel_id;

  const header = request.headers["content-range"];
  const range = header === undefined ? wholeOf(call) : parseContentRange(header);
  if (!range.ok) return discarding(call, refused("Failed to parse Content-Range header."));
  const { authorization } = request.headers;
  const holder = authorization === undefined ? null : holderOf(site.library, site.clock.now(), authorization);
  if (holder !== null && !holder.ok) {
    note.reason = holder.error.reason;
    return discarding(call, googleError(holder.error));
  }

  const total = range.value.total ?? session.total;
  if (range.value.kind === "query") {
    const occasion = { operation: "upload.query", channelId: session.channel_id, final: false } as const;
    return underFault(call, occasion, (fault) => query(call, session.id, total, fault));
  }
  const bytes = range.value;
  // Without a last byte it goes on to the end.
  const final = bytes.last === null || bytes.last + 1 === total;
  const leave = site.uploading.enter(session.channel_id);
  try {
    const occasion = { operation: "upload", channelId: session.channel_id, final } as const;
    return await underFault(call, occasion, (fault) => receive(call, session.id, { ...bytes, total }, fault), true);
  } finally {
    leave();
  }
}

/** Without `Content-Range` a body is the whole, of the length that it says or, in chunks, of the length that it has. */
function wholeOf({ request }: Call): ReturnType<typeof parseContentRange> {
  const length = request.headers["content-length"];
  const total = length === undefined ? null : Number(length);
  if (total === 0) return { ok: true, value: { kind: "query", total: null } };
  return { ok: true, value: { kind: "bytes", first: 0, last: total === null ? null : total - 1, total } };
}

async function query(call: Call, id: string, total: number | null, fault: BodyFault | null): Promise<Reply | null> {
  await drain(call);
  const session = call.site.library.sessions.get(id);
  if (session === null) return SESSION_EXPIRED;
  const ended = endedReply(call, session, fault);
  if (ended !== null) return ended;
  if (session.total !== null && total !== session.total) return refused(totalChanged(session.total, total));
  const receiver = call.site.uploading.receiver(session);
  return total === receiver.received ? finishUpload(call, session) : incomplete(call, receiver.received);
}

async function receive(call: Call, id: string, { first, last, total }: Bytes, fault: BodyFault | null): Promise<Reply | null> {
  const { site, request } = call;
  const session = site.library.sessions.get(id);
  if (session === null) return discarding(call, SESSION_EXPIRED);
  const ended = endedReply(call, session, fault);
  if (ended !== null) return discarding(call, ended);
  const receiver = site.uploading.receiver(session);
  const complaint = complaintAbout({ first, last, total }, session, receiver.received, request.headers["content-length"]);
  if (complaint !== null) return discarding(call, refused(complaint));
  if (session.total === null && total !== null) site.library.sessions.put({ ...session, received: receiver.received, total });

  const end = last === null ? (total ?? Infinity) : last + 1;
  const poured = await pour(call.body(), receiver, {
    first,
    until: fault?.kind === "short_range" ? Math.min(end, first + fault.after_bytes) : end,
    breakAfter: fault?.kind === "reset" ? fault.after_bytes : Infinity,
    breakOff: () => call.socket.resetAndDestroy(),
  });
  receiver.save();
  if (poured.cut) return null;
  const expected = last === null ? poured.end : last + 1;
  if (poured.end !== expected || (total !== null && poured.end > total)) return refused(lengthWrong(poured.end - first, first, expected));

  const after = site.library.sessions.get(id);
  const endedMeanwhile = after === null ? SESSION_EXPIRED : endedReply(call, after, null);
  if (endedMeanwhile !== null) return endedMeanwhile;
  const isLast = total === null ? last === null : poured.end === total;
  if (!isLast || fault?.kind === "short_range") return incomplete(call, receiver.received);
  receiver.append(poured.restAt, poured.rest);
  receiver.save();
  return finishUpload(call, session);
}

/** What a session answers that takes no more, and makes of one whose time is over. */
function endedReply({ site, note, origin }: Call, session: Session, fault: BodyFault | null): Reply | null {
  const { library, clock, uploading } = site;
  const isOver = clock.now() > session.opened_at + library.settings.get().session_ttl_seconds * 1000;
  if (session.status === "open" && (isOver || fault?.kind === "expired_session")) {
    uploading.discard(session);
    library.sessions.put({ ...session, status: "expired" });
    return SESSION_EXPIRED;
  }
  switch (session.status) {
    case "open":
      return null;
    case "expired":
      return SESSION_EXPIRED;
    case "cancelled":
      return { status: 410, text: "Gone" };
    case "complete": {
      const video = isOver ? null : library.videos.get(session.video_id ?? "");
      if (video === null) return SESSION_EXPIRED;
      note.video_id = video.id;
      return { status: library.settings.get().inserted_status, json: videoResource(site, video, session.parts, origin) };
    }
  }
}

/** In the words of Google's upload server. */
function complaintAbout(
  { first, last, total }: Omit<Bytes, "kind">,
  session: Session,
  received: number,
  length: string | undefined,
): string | null {
  if (session.total !== null && total !== session.total) return totalChanged(session.total, total);
  if (first > received) {
    return `Invalid request. According to the Content-Range header, the upload offset is ${first} byte(s), which exceeds already uploaded size of ${received} byte(s).`;
  }
  if (last === null) return null;
  if (total !== null && last >= total) return `Invalid request. The Content-Range header ends at ${last}, the total is ${total} byte(s).`;
  const bytes = last + 1 - first;
  if (length !== undefined && Number(length) !== bytes) return lengthWrong(Number(length), first, last + 1);
  if (last + 1 !== total && bytes % QUANTUM !== 0) {
    return `Invalid request. The number of bytes uploaded is required to be equal or greater than ${QUANTUM}, except for the final request (it's recommended to be the exact multiple of ${QUANTUM}). The received request contained ${bytes} bytes, which does not meet this requirement.`;
  }
  return null;
}

const lengthWrong = (bytes: number, first: number, end: number): string =>
  `Invalid request. There were ${bytes} byte(s) in the request body. There should have been ${end - first} byte(s) (starting at offset ${first} and ending at offset ${end - 1}) according to the Content-Range header.`;

const totalChanged = (before: number, now: number | null): string =>
  `Invalid request. The upload was announced with ${before} byte(s), the Content-Range header says ${now ?? "nothing"}.`;

const refused = (text: string): Reply => ({ status: 400, text });

/** 308 in Google's sense; `Range` is missing while there is nothing. */
function incomplete({ request, note }: Call, received: number): Reply {
  note.range = received === 0 ? null : `bytes=0-${received - 1}`;
  const range: Record<string, string> = note.range === null ? {} : { range: note.range };
  return request.headers["x-guploader-no-308"] === "yes"
    ? { status: 200, headers: { ...range, "x-http-status-code-override": "308" } }
    : { status: 308, headers: range };
}

async function discarding(call: Call, reply: Reply): Promise<Reply> {
  await drain(call);
  return reply;
}

/** `DELETE …?upload_id=` */
export async function cancelUpload(call: Call, uploadId: string): Promise<Reply | null> {
  const { site, note } = call;
  const session = site.library.sessions.get(sha256(uploadId));
  if (session === null) return SESSION_EXPIRED;
  note.session_id = session.id;
  note.client_id = session.client_id;
  note.channel_id = session.channel_id;
  const occasion = { operation: "upload.cancel", channelId: session.channel_id, final: false } as const;
  return underFault(call, occasion, () => {
    const current = site.library.sessions.get(session.id);
    if (current === null) return Promise.resolve(SESSION_EXPIRED);
    if (current.status === "open") {
      site.uploading.discard(current);
      site.library.sessions.put({ ...current, status: "cancelled" });
    }
    return Promise.resolve(current.status === "complete" ? { status: 410, text: "Gone" } : { status: 499 });
  });
}
