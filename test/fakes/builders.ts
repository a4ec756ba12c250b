import { ulid } from "ulid";
import type { Asset, Deletion } from "#domain/assets/asset.ts";
import type { LoggedEvent, SluiceEvent } from "#domain/events/event.ts";
import type { AuditStamp } from "#domain/audit/audit.ts";
import type { Creator } from "#domain/identity/creators.ts";
import type { ApiKey } from "#domain/identity/keys.ts";
import { idOf, type IdByPrefix } from "#domain/ids.ts";
import type { Reservation, ReservationGuards } from "#domain/uploads/directory.ts";
import type { UploadDraft } from "#domain/uploads/intake.ts";
import type { UploadProgress } from "#domain/uploads/upload-session.ts";

export const NOW = Date.UTC(2026, 10, 20, 12);
export const DAY_MS = 24 * 60 * 60_000;

export const newId = <P extends keyof IdByPrefix>(prefix: P): IdByPrefix[P] => idOf(prefix, ulid());

export const aStamp = (changes: Partial<AuditStamp> = {}): AuditStamp => ({
  actor: "operator-key:0123456789abcdef",
  requestId: newId("req"),
  at: NOW,
  ...changes,
});

export const aCreator = (changes: Partial<Creator> = {}): Creator => ({
  id: newId("crt"),
  name: "Newsroom",
  externalId: null,
  keepMs: null,
  keepAfterVerifiedMs: null,
  createdAt: NOW,
  ...changes,
});

export const aKey = (changes: Partial<ApiKey> = {}): ApiKey => ({
  id: newId("key"),
  creatorId: newId("crt"),
  name: "A key",
  scopes: [
    "uploads:write",
    "uploads:read",
    "assets:read",
    "assets:write",
    "events:read",
    "keys:write",
    "webhooks:read",
    "webhooks:write",
    "publishing:read",
    "publishing:write",
  ],
  createdAt: NOW,
  expiresAt: null,
  revokedAt: null,
  lastUsedAt: null,
  ...changes,
});

export const aReservation = (changes: Partial<Reservation> = {}): Reservation => ({
  id: newId("upl"),
  creatorId: newId("crt"),
  kind: "whole",
  name: null,
  filename: "holiday.mp4",
  contentType: "video/mp4",
  length: 1000,
  externalId: null,
  atomId: null,
  now: NOW,
  expiresAt: NOW + 6 * DAY_MS,
  ...changes,
});

export const GENEROUS: ReservationGuards = { maxOpenUploads: 1000, maxOpenBytes: Number.MAX_SAFE_INTEGER, idempotency: null };

export const aProgress = (changes: Partial<UploadProgress> = {}): UploadProgress => ({
  id: newId("upl"),
  creatorId: newId("crt"),
  kind: "whole",
  status: "receiving",
  name: null,
  filename: "holiday.mp4",
  contentType: "video/mp4",
  externalId: null,
  atomId: null,
  metadata: {},
  tusMetadata: null,
  tusConcat: null,
  offset: 0,
  storedBytes: 0,
  length: 1000,
  maxBytes: 1000,
  partBytes: 8 * 1024 * 1024,
  declared: {},
  awaitsCompletion: false,
  createdAt: NOW,
  expiresAt: NOW + 6 * DAY_MS,
  finishedAt: null,
  asset: null,
  failure: null,
  look: null,
  sequence: 1,
  ...changes,
});

export const anAsset = (changes: Partial<Asset> = {}): Asset => ({
  id: newId("ast"),
  creatorId: newId("crt"),
  uploadId: newId("upl"),
  filename: "holiday.mp4",
  contentType: "video/mp4",
  size: 1000,
  digests: { sha256: "ab".repeat(32), crc32c: "0badcafe" },
  objectKey: `media/${newId("upl")}`,
  etag: "etag-1",
  externalId: null,
  atomId: null,
  metadata: { camera: "A" },
  keepUntil: null,
  keepAfterVerifiedMs: null,
  createdAt: NOW,
  sequence: 3,
  ...changes,
});

export const aDraft = (changes: Partial<UploadDraft> = {}): UploadDraft => ({
  kind: "whole",
  partials: [],
  filename: "holiday.mp4",
  name: null,
  contentType: "video/mp4",
  length: 1000,
  declared: {},
  alsoCompute: [],
  metadata: {},
  tusMetadata: null,
  tusConcat: null,
  externalId: null,
  atomId: null,
  keep: {},
  ...changes,
});

export const aDeletion = (changes: Partial<Deletion> = {}): Deletion => ({
  at: NOW,
  requestId: newId("req"),
  eventId: newId("evt"),
  ...changes,
});

export const anEvent = (changes: Partial<SluiceEvent> = {}): SluiceEvent => ({
  id: newId("evt"),
  type: "upload.created",
  creatorId: newId("crt"),
  resource: newId("upl"),
  sequence: 1,
  happenedAt: NOW,
  requestId: newId("req"),
  data: { filename: "holiday.mp4" },
  ...changes,
});

export const aLoggedEvent = (changes: Partial<LoggedEvent> = {}): LoggedEvent => ({
  ...anEvent({ type: "upload.completed", data: { filename: "Zoë.mp4" } }),
  position: 1,
  ...changes,
});
