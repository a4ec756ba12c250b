import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** The tables of publishing, written as those of `schema.ts` are. */

/** What creators let us do elsewhere: one grant of one creator for one peer account. */
export const connections = sqliteTable(
  "connections",
  {
    id: text("id").primaryKey(),
    creatorId: text("creator_id").notNull(),
    /** `youtube:<channel>` */
    account: text("account").notNull(),
    title: text("title").notNull(),
    pictureUrl: text("picture_url"),
    scopes: text("scopes", { mode: "json" }).notNull().$type<unknown>(),
    status: text("status").notNull(),
    /** The refresh token, sealed; null once disconnected. */
    grant: text("grant"),
    /** The sealing key that wraps it. */
    grantKey: text("grant_key"),
    connectedAt: integer("connected_at").notNull(),
    changedAt: integer("changed_at").notNull(),
    sequence: integer("sequence").notNull(),
  },
  (table) => [
    index("connections_by_creator")
      .on(table.creatorId, table.id)
      .where(sql`status <> 'disconnected'`),
    uniqueIndex("connections_living_account")
      .on(table.creatorId, table.account)
      .where(sql`status <> 'disconnected'`),
    index("connections_by_grant_key")
      .on(table.grantKey, table.id)
      .where(sql`grant is not null`),
  ],
);

/** Consents that creators have been sent for and not come back from; a row is used once. */
export const consentRequests = sqliteTable(
  "consent_requests",
  {
    /** SHA-256 of the state. */
    stateHash: text("state_hash").primaryKey(),
    creatorId: text("creator_id").notNull(),
    kind: text("kind").notNull(),
    /** Which connection is renewed; null: a new one. */
    connectionId: text("connection_id"),
    /** SHA-256 of the cookie of the browser that was sent there; null until it was. */
    browserHash: text("browser_hash"),
    /** The PKCE verifier, sealed. */
    verifier: text("verifier").notNull(),
    scopes: text("scopes", { mode: "json" }).notNull().$type<unknown>(),
    returnTo: text("return_to"),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [index("consent_requests_expired").on(table.expiresAt)],
);

export const destinations = sqliteTable(
  "destinations",
  {
    id: text("id").primaryKey(),
    creatorId: text("creator_id").notNull(),
    kind: text("kind").notNull(),
    account: text("account").notNull(),
    connectionId: text("connection_id").notNull(),
    name: text("name").notNull(),
    settings: text("settings", { mode: "json" }).notNull().$type<unknown>(),
    pausedAt: integer("paused_at"),
    createdAt: integer("created_at").notNull(),
    deletedAt: integer("deleted_at"),
    sequence: integer("sequence").notNull(),
  },
  (table) => [
    index("destinations_by_creator")
      .on(table.creatorId, table.id)
      .where(sql`deleted_at is null`),
    index("destinations_by_connection")
      .on(table.connectionId, table.id)
      .where(sql`deleted_at is null`),
  ],
);

/** For lists; the publisher of its peer account is the owner. */
export const deliveries = sqliteTable(
  "deliveries",
  {
    id: text("id").primaryKey(),
    creatorId: text("creator_id").notNull(),
    destinationId: text("destination_id").notNull(),
    account: text("account").notNull(),
    uploadId: text("upload_id").notNull(),
    /** Null while its upload is still coming. */
    assetId: text("asset_id"),
    status: text("status").notNull(),
    waitingReason: text("waiting_reason"),
    failureCode: text("failure_code"),
    remoteId: text("remote_id"),
    title: text("title").notNull(),
    createdAt: integer("created_at").notNull(),
    changedAt: integer("changed_at").notNull(),
    finishedAt: integer("finished_at"),
    sequence: integer("sequence").notNull(),
  },
  (table) => [
    index("deliveries_by_creator").on(table.creatorId, table.id),
    index("deliveries_by_upload").on(table.uploadId, table.id),
    index("deliveries_by_destination").on(table.destinationId, table.id),
  ],
);
