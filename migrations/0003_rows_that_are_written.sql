CREATE TABLE `__new_assets` (
	`id` text NOT NULL,
	`creator_id` text NOT NULL,
	`upload_id` text PRIMARY KEY NOT NULL,
	`filename` text NOT NULL,
	`content_type` text NOT NULL,
	`size` integer NOT NULL,
	`sha256` text,
	`crc32c` text,
	`blake3` text,
	`object_key` text NOT NULL,
	`etag` text NOT NULL,
	`external_id` text,
	`atom_id` text,
	`metadata` text NOT NULL,
	`info` text,
	`info_at` integer,
	`keep_until` integer,
	`keep_after_verified_ms` integer,
	`created_at` integer NOT NULL,
	`deleted_at` integer,
	`erased_at` integer,
	`sequence` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_assets`("id", "creator_id", "upload_id", "filename", "content_type", "size", "sha256", "crc32c", "blake3", "object_key", "etag", "external_id", "atom_id", "metadata", "info", "info_at", "keep_until", "keep_after_verified_ms", "created_at", "deleted_at", "erased_at", "sequence") SELECT "id", "creator_id", "upload_id", "filename", "content_type", "size", "sha256", "crc32c", "blake3", "object_key", "etag", "external_id", "atom_id", "metadata", "info", "info_at", "keep_until", "keep_after_verified_ms", "created_at", "deleted_at", "erased_at", "sequence" FROM `assets`;--> statement-breakpoint
DROP TABLE `assets`;--> statement-breakpoint
ALTER TABLE `__new_assets` RENAME TO `assets`;--> statement-breakpoint
CREATE UNIQUE INDEX `assets_living` ON `assets` (`creator_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX `assets_deleted` ON `assets` (`creator_id`,`id`) WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX `assets_by_creator_external_id` ON `assets` (`creator_id`,`external_id`,`id`) WHERE deleted_at is null and external_id is not null;--> statement-breakpoint
CREATE INDEX `assets_to_retire` ON `assets` (`keep_until`,`id`) WHERE deleted_at is null and keep_until is not null;--> statement-breakpoint
CREATE INDEX `assets_to_inspect` ON `assets` (`created_at`,`id`) WHERE deleted_at is null and info_at is null;--> statement-breakpoint
CREATE INDEX `assets_to_erase` ON `assets` (`deleted_at`,`id`) WHERE deleted_at is not null and erased_at is null;--> statement-breakpoint
CREATE TABLE `__new_uploads` (
	`id` text PRIMARY KEY NOT NULL,
	`creator_id` text NOT NULL,
	`kind` text NOT NULL,
	`name` text,
	`filename` text NOT NULL,
	`content_type` text,
	`status` text NOT NULL,
	`length` integer,
	`offset` integer NOT NULL,
	`reserved_bytes` integer NOT NULL,
	`external_id` text,
	`atom_id` text,
	`asset_id` text,
	`failure_code` text,
	`look` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`due_at` integer DEFAULT 0 NOT NULL,
	`finished_at` integer,
	`sequence` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_uploads`("id", "creator_id", "kind", "name", "filename", "content_type", "status", "length", "offset", "reserved_bytes", "external_id", "atom_id", "asset_id", "failure_code", "look", "created_at", "expires_at", "due_at", "finished_at", "sequence") SELECT "id", "creator_id", "kind", "name", "filename", "content_type", "status", "length", "offset", "reserved_bytes", "external_id", "atom_id", "asset_id", "failure_code", "look", "created_at", "expires_at", CASE WHEN "sequence" = 0 THEN "created_at" + 3600000 ELSE "expires_at" END, "finished_at", "sequence" FROM `uploads`;--> statement-breakpoint
DROP TABLE `uploads`;--> statement-breakpoint
ALTER TABLE `__new_uploads` RENAME TO `uploads`;--> statement-breakpoint
CREATE INDEX `uploads_ended` ON `uploads` (`creator_id`,`status`,`id`) WHERE status in ('completed', 'cancelled', 'expired', 'failed');--> statement-breakpoint
CREATE INDEX `uploads_due` ON `uploads` (`due_at`,`id`) WHERE status in ('receiving', 'completing');--> statement-breakpoint
CREATE INDEX `uploads_open` ON `uploads` (`creator_id`,`id`,`reserved_bytes`) WHERE status in ('receiving', 'completing');--> statement-breakpoint
CREATE INDEX `uploads_by_creator_external_id` ON `uploads` (`creator_id`,`external_id`,`id`) WHERE external_id is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `uploads_living_name` ON `uploads` (`creator_id`,`name`) WHERE name is not null and status in ('receiving', 'completing', 'completed');--> statement-breakpoint
CREATE UNIQUE INDEX `uploads_living_external_id` ON `uploads` (`creator_id`,`external_id`) WHERE external_id is not null and status in ('receiving', 'completing', 'completed');--> statement-breakpoint
CREATE TABLE `__new_events` (
	`position` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`creator_id` text NOT NULL,
	`type` text NOT NULL,
	`resource` text NOT NULL,
	`sequence` integer NOT NULL,
	`happened_at` integer NOT NULL,
	`request_id` text NOT NULL,
	`data` text NOT NULL
);
--> statement-breakpoint
INSERT INTO `__new_events`("position", "id", "creator_id", "type", "resource", "sequence", "happened_at", "request_id", "data") SELECT "position", "id", "creator_id", "type", "resource", "sequence", "happened_at", "request_id", "data" FROM `events`;--> statement-breakpoint
DROP TABLE `events`;--> statement-breakpoint
ALTER TABLE `__new_events` RENAME TO `events`;--> statement-breakpoint
CREATE INDEX `events_by_creator` ON `events` (`creator_id`,`position`);--> statement-breakpoint
CREATE UNIQUE INDEX `events_by_resource` ON `events` (`resource`,`sequence`);