import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

export * from "./publishing-schema.ts";

/** Times are epoch milliseconds, sizes bytes, digests lower-case hex. What a row means is said by the port that reads it. */

export const creators = sqliteTable("creators", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  /** What the application calls this creator. */
  externalId: text("external_id").unique("creators_by_external_id"),
  /** How long new assets are kept, and how long after the last of their deliveries was verified, in milliseconds; null: for ever. */
  keepMs: integer("keep_ms"),
  keepAfterVerifiedMs: integer("keep_after_verified_ms"),
  createdAt: integer("created_at").notNull(),
});

export const apiKeys = sqliteTable(
  "api_keys",
  {
    id: text("id").primaryKey(),
    creatorId: text("creator_id")
      .notNull()
      .references(() => creators.id),
    name: text("name").notNull(),
    /** SHA-256 of the key. */
    hash: text("hash").notNull().unique("api_keys_by_hash"),
    scopes: text("scopes", { mode: "json" }).notNull().$type<unknown>(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at"),
    revokedAt: integer("revoked_at"),
    /** To the hour. */
    lastUsedAt: integer("last_used_at"),
  },
  (table) => [index("api_keys_by_creator").on(table.creatorId, table.id)],
);

const isOpen = sql`status in ('receiving', 'completing')`;
const hasEnded = sql`status in ('completed', 'cancelled', 'expired', 'failed')`;
const isLiving = sql`status in ('receiving', 'completing', 'completed')`;

/** WITHOUT ROWID, which drizzle cannot say: a row is written once, not once more for its key. */
export const uploads = sqliteTable(
  "uploads",
  {
    id: text("id").primaryKey(),
    creatorId: text("creator_id").notNull(),
    kind: text("kind").notNull(),
    name: text("name"),
    filename: text("filename").notNull(),
    contentType: text("content_type"),
    status: text("status").notNull(),
    length: integer("length"),
    offset: integer("offset").notNull(),
    /** What counts against the creator's open bytes. */
    reservedBytes: integer("reserved_bytes").notNull(),
    externalId: text("external_id"),
    atomId: text("atom_id"),
    assetId: text("asset_id"),
    failureCode: text("failure_code"),
    /** What the first megabytes show. */
    look: text("look", { mode: "json" }).$type<unknown>(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    /** When the sweep asks its session: never later than it expires, and within the hour while no session has told of it; at once where a version before wrote the row. */
    dueAt: integer("due_at").notNull().default(0),
    finishedAt: integer("finished_at"),
    sequence: integer("sequence").notNull(),
  },
  // A row is in one of the first two, never in both.
  (table) => [
    index("uploads_open").on(table.creatorId, table.id, table.reservedBytes).where(isOpen),
    index("uploads_ended").on(table.creatorId, table.status, table.id).where(hasEnded),
    index("uploads_due").on(table.dueAt, table.id).where(isOpen),
    index("uploads_by_creator_external_id")
      .on(table.creatorId, table.externalId, table.id)
      .where(sql`external_id is not null`),
    uniqueIndex("uploads_living_name")
      .on(table.creatorId, table.name)
      .where(sql`name is not null and ${isLiving}`),
    uniqueIndex("uploads_living_external_id")
      .on(table.creatorId, table.externalId)
      .where(sql`external_id is not null and ${isLiving}`),
  ],
);

/** WITHOUT ROWID, by the upload: one asset of each, in the order in which R2 lists their objects. */
export const assets = sqliteTable(
  "assets",
  {
    id: text("id").notNull(),
    creatorId: text("creator_id").notNull(),
    uploadId: text("upload_id").primaryKey(),
    filename: text("filename").notNull(),
    contentType: text("content_type").notNull(),
    size: integer("size").notNull(),
    sha256: text("sha256"),
    crc32c: text("crc32c"),
    blake3: text("blake3"),
    objectKey: text("object_key").notNull(),
    etag: text("etag").notNull(),
    externalId: text("external_id"),
    atomId: text("atom_id"),
    metadata: text("metadata", { mode: "json" }).notNull().$type<unknown>(),
    /** Media information of the whole file, and when it was read. */
    info: text("info", { mode: "json" }).$type<unknown>(),
    infoAt: integer("info_at"),
    keepUntil: integer("keep_until"),
    keepAfterVerifiedMs: integer("keep_after_verified_ms"),
    createdAt: integer("created_at").notNull(),
    deletedAt: integer("deleted_at"),
    erasedAt: integer("erased_at"),
    sequence: integer("sequence").notNull(),
  },
  (table) => [
    // A row is in one of these two: tombstones hold up no list.
    uniqueIndex("assets_living")
      .on(table.creatorId, table.id)
      .where(sql`deleted_at is null`),
    uniqueIndex("assets_deleted")
      .on(table.creatorId, table.id)
      .where(sql`deleted_at is not null`),
    index("assets_by_creator_external_id")
      .on(table.creatorId, table.externalId, table.id)
      .where(sql`deleted_at is null and external_id is not null`),
    index("assets_to_retire")
      .on(table.keepUntil, table.id)
      .where(sql`deleted_at is null and keep_until is not null`),
    index("assets_to_inspect")
      .on(table.createdAt, table.id)
      .where(sql`deleted_at is null and info_at is null`),
    index("assets_to_erase")
      .on(table.deletedAt, table.id)
      .where(sql`deleted_at is not null and erased_at is null`),
  ],
);

export const idempotencyKeys = sqliteTable(
  "idempotency_keys",
  {
    creatorId: text("creator_id").notNull(),
    /** SHA-256 of the operation and the key. */
    scopeHash: text("scope_hash").notNull(),
    fingerprint: text("fingerprint").notNull(),
    resourceId: text("resource_id").notNull(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.creatorId, table.scopeHash] }),
    index("idempotency_keys_by_resource").on(table.resourceId),
    index("idempotency_keys_expired").on(table.expiresAt),
  ],
);

export const events = sqliteTable(
  "events",
  {
    /** The place in the log: D1 has one writer, so places are given in the order of commits (`nextPlace` in `event-log.ts`). */
    position: integer("position").primaryKey(),
    id: text("id").notNull(),
    creatorId: text("creator_id").notNull(),
    type: text("type").notNull(),
    resource: text("resource").notNull(),
    /** Grows with every event of the resource. */
    sequence: integer("sequence").notNull(),
    happenedAt: integer("happened_at").notNull(),
    requestId: text("request_id").notNull(),
    data: text("data", { mode: "json" }).notNull().$type<unknown>(),
  },
  (table) => [
    index("events_by_creator").on(table.creatorId, table.position),
    uniqueIndex("events_by_resource").on(table.resource, table.sequence),
  ],
);

/** How far a reader of a log has got. */
export const cursors = sqliteTable("cursors", {
  name: text("name").primaryKey(),
  position: integer("position").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

/** For lists and for finding who wants an event; the endpoint itself is the owner. */
export const webhooks = sqliteTable(
  "webhooks",
  {
    id: text("id").primaryKey(),
    creatorId: text("creator_id").notNull(),
    url: text("url").notNull(),
    description: text("description"),
    /** Empty: every type. */
    types: text("types", { mode: "json" }).notNull().$type<unknown>(),
    status: text("status").notNull(),
    disabledReason: text("disabled_reason"),
    createdAt: integer("created_at").notNull(),
    deletedAt: integer("deleted_at"),
    sequence: integer("sequence").notNull(),
  },
  (table) => [
    index("webhooks_by_creator")
      .on(table.creatorId, table.id)
      .where(sql`deleted_at is null`),
  ],
);

/** What operators did; triggers refuse every change of a row that is written. */
export const auditLog = sqliteTable("audit_log", {
  /** Without gaps. */
  number: integer("number").primaryKey(),
  happenedAt: integer("happened_at").notNull(),
  actor: text("actor").notNull(),
  action: text("action").notNull(),
  resource: text("resource").notNull(),
  requestId: text("request_id").notNull(),
  before: text("before", { mode: "json" }).$type<unknown>(),
  after: text("after", { mode: "json" }).$type<unknown>(),
  /** SHA-256 over the hash of the row before and the canonical JSON of this one. */
  hash: text("hash").notNull(),
});

/** What operators have turned off: `uploads` for everybody, `uploads:<creator>` for one. */
export const switches = sqliteTable("switches", {
  key: text("key").primaryKey(),
  reason: text("reason").notNull(),
  setBy: text("set_by").notNull(),
  setAt: integer("set_at").notNull(),
});
