import type { Call, Reply, Site } from "#test/world/youtube/call.ts";
import { videoResource } from "#test/world/youtube/data/video-resource.ts";
import type { ProcessingOutcome, Session, Video } from "#test/world/youtube/records.ts";
import { newVideoId } from "#test/world/youtube/secret.ts";
import { movieSeconds } from "./movie-seconds.ts";

/** All bytes are there: the session becomes one video, however often it is asked to. */
export function finishUpload({ site, note, origin }: Call, session: Session): Reply {
  const { library, blobs, clock, uploading } = site;
  const kept = library.sessions.get(session.id) ?? session;
  const settings = library.settings.get();
  const existing = kept.video_id === null ? null : library.videos.get(kept.video_id);
  if (existing !== null) {
    note.video_id = existing.id;
    return { status: settings.inserted_status, json: videoResource(site, existing, session.parts, origin) };
  }

  const receiver = uploading.receiver(session);
  const sha256 = receiver.sha256();
  const size = receiver.received;
  uploading.release(session);
  const isVerified = library.projects.get(session.client_id)?.verified ?? false;
  const { metadata } = session;
  const status = isVerified ? metadata.status : { ...metadata.status, privacyStatus: "private" as const };
  const video: Video = {
    id: newVideoId(),
    channel_id: session.channel_id,
    client_id: session.client_id,
    metadata: { ...metadata, status },
    file: session.id,
    size,
    sha256,
    duration_seconds: movieSeconds(blobs.path("videos", session.id)) ?? settings.duration_seconds,
    uploaded_at: clock.now(),
    published_at: status.privacyStatus === "public" ? clock.now() : null,
    locked: !isVerified,
    processing: { takes_ms: settings.processing_ms, outcome: outcomeFor(site, session.channel_id, { size, sha256 }) },
    thumbnail: null,
  };
  library.atomically(() => {
    library.videos.put(video);
    library.sessions.put({ ...kept, status: "complete", received: size, total: size, video_id: video.id });
    library.counters.change({ inserts: library.counters.get().inserts + 1 });
  });
  note.video_id = video.id;
  return { status: settings.inserted_status, json: videoResource(site, video, session.parts, origin) };
}

function outcomeFor({ library, faults }: Site, channelId: string, { size, sha256 }: { size: number; sha256: string }): ProcessingOutcome {
  const fault = faults.takeForYouTube({ operation: "processing", channelId, final: true });
  if (fault?.operation === "processing") return fault.kind === "stuck" ? { kind: "stuck" } : { kind: fault.kind, reason: fault.reason };
  if (size === 0) return { kind: "failed", reason: "emptyFile" };
  const isDuplicate = library.settings.get().reject_duplicates && library.videos.under(channelId).some((video) => video.sha256 === sha256);
  return isDuplicate ? { kind: "rejected", reason: "duplicate" } : { kind: "processed" };
}
