import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** Times are epoch milliseconds, sizes bytes, digests lower-case hex. What a row means is said by the port that reads it. */

export const creators = sqliteTable("creators", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  /** What the application calls this creator. */
  externalId: text("external_id").unique("creators_by_external_id"),
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
const isLiving = sql`status in ('receiving', 'completing', 'completed')`;

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
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    finishedAt: integer("finished_at"),
    sequence: integer("sequence").notNull(),
  },
  (table) => [
    index("uploads_by_creator").on(table.creatorId, table.id),
    index("uploads_by_creator_status").on(table.creatorId, table.status, table.id),
    index("uploads_by_creator_external_id")
      .on(table.creatorId, table.externalId, table.id)
      .where(sql`external_id is not null`),
    index("uploads_open").on(table.creatorId, table.reservedBytes).where(isOpen),
    index("uploads_expiring").on(table.expiresAt, table.id).where(isOpen),
    index("uploads_unconfirmed")
      .on(table.createdAt, table.id)
      .where(sql`sequence = 0 and ${isOpen}`),
    uniqueIndex("uploads_living_name")
      .on(table.creatorId, table.name)
      .where(sql`name is not null and ${isLiving}`),
    uniqueIndex("uploads_living_external_id")
      .on(table.creatorId, table.externalId)
      .where(sql`external_id is not null and ${isLiving}`),
  ],
);

export const assets = sqliteTable(
  "assets",
  {
    id: text("id").primaryKey(),
    creatorId: text("creator_id").notNull(),
    uploadId: text("upload_id").notNull().unique("assets_by_upload"),
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
    createdAt: integer("created_at").notNull(),
    deletedAt: integer("deleted_at"),
    erasedAt: integer("erased_at"),
    sequence: integer("sequence").notNull(),
  },
  (table) => [
    index("assets_by_creator")
      .on(table.creatorId, table.id)
      .where(sql`deleted_at is null`),
    index("assets_by_creator_external_id")
      .on(table.creatorId, table.externalId, table.id)
      .where(sql`deleted_at is null and external_id is not null`),
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
