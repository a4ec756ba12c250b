import type { AssetDirectory, AssetInspection, StoredAsset } from "#domain/assets/asset.ts";
import { keyframesKeyOf, writeKeyframes } from "#domain/assets/keyframe-list.ts";
import { shownLook } from "#domain/assets/shown-look.ts";
import type { Clock } from "#domain/clock.ts";
import type { EventRelays } from "#domain/events/event-log.ts";
import type { AssetId, CreatorId, RequestId } from "#domain/ids.ts";
import type { Log } from "#domain/log.ts";
import { type Inspection, inspect, unreadable } from "#domain/media/read-media.ts";
import type { Span } from "#domain/media/reading.ts";
import type { ObjectStore } from "#domain/uploads/object-store.ts";

export type InspectionServices = {
  readonly assets: Pick<AssetDirectory, "find" | "inspected">;
  readonly media: Pick<ObjectStore, "read" | "putNew" | "delete">;
  readonly relays: Pick<EventRelays, "wake">;
  readonly clock: Clock;
  readonly log: Log;
};

export type InspectAsset = { readonly creator_id: CreatorId; readonly asset_id: AssetId; readonly request_id: RequestId };

/** A file that ended its reader as often is not read again. */
const MOST_ATTEMPTS = 2;
const MOST_MS = 60_000;

/**
 * Reads what a stored file is, in ranges, and writes it down: the list of keyframes beside the object, the rest with the asset.
 * The first to finish counts. Throws on an outage; `attempt` counts from 1 and grows when the one before never ended.
 */
export async function inspectAsset(services: InspectionServices, message: InspectAsset, attempt: number): Promise<void> {
  const { assets, media, clock } = services;
  const { creator_id: creatorId, asset_id: id, request_id: requestId } = message;
  const log = services.log.with({ request_id: requestId, asset_id: id });
  const found = await assets.find(creatorId, id);
  if (found.state !== "stored" || found.asset.inspection !== null) return;
  const { asset } = found;
  if (attempt > MOST_ATTEMPTS) log.error("inspection given up", { attempt });

  const { look, keyframes } = attempt > MOST_ATTEMPTS ? unreadable("gave_up") : await read(services, asset);
  const listed = keyframes !== null && keyframes.seconds.length > 0;
  if (listed) {
    const bytes = new TextEncoder().encode(writeKeyframes(keyframes));
    // Taken already: by somebody who read the same.
    await media.putNew(
      keyframesKeyOf(asset.objectKey),
      { length: bytes.length, chunks: () => [bytes] },
      { uploadId: asset.uploadId, contentType: "application/json" },
    );
  }
  const inspection: AssetInspection = {
    look,
    keyframes:
      keyframes === null ? null : { count: keyframes.seconds.length, everyFrame: keyframes.everyFrame, complete: keyframes.complete },
    at: clock.now(),
  };
  const recorded = await assets.inspected(asset, inspection, { eventId: clock.newId("evt"), requestId, data: told(asset, inspection) });
  if (recorded) {
    log.info("asset inspected", { code: look.status });
    // What is in the log is found by the relay's own clock too.
    await services.relays.wake(creatorId).catch((cause: unknown) => log.warn("relay not woken", { cause }));
    return;
  }
  const now = await assets.find(creatorId, id);
  if (listed && now.state !== "stored") await media.delete(keyframesKeyOf(asset.objectKey));
}

async function read({ media, clock, log }: InspectionServices, asset: StoredAsset): Promise<Inspection> {
  const until = clock.now() + MOST_MS;
  let gone = false;
  const inspection = await inspect({
    length: asset.size,
    read: async ({ start, end }: Span) => {
      if (clock.now() > until) throw new Error("the storage answers too slowly");
      const body = await media.read(asset.objectKey, start, end);
      gone ||= body === null;
      return body === null ? new Uint8Array(0) : new Uint8Array(await new Response(body).arrayBuffer());
    },
  });
  if (!gone) return inspection;
  log.error("the object of an asset is gone", { asset_id: asset.id });
  return unreadable("gave_up");
}

function told(asset: StoredAsset, { look, keyframes }: AssetInspection): Record<string, unknown> {
  return {
    asset_id: asset.id,
    upload_id: asset.uploadId,
    creator_id: asset.creatorId,
    filename: asset.filename,
    external_id: asset.externalId,
    atom_id: asset.atomId,
    metadata: asset.metadata,
    size: asset.size,
    look: shownLook({ look, size: asset.size }, (epochMs) => new Date(epochMs).toISOString()),
    keyframes: keyframes === null ? null : { count: keyframes.count, every_frame: keyframes.everyFrame, complete: keyframes.complete },
  };
}
