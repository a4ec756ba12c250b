CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`creator_id` text NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`scopes` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`revoked_at` integer,
	`last_used_at` integer,
	FOREIGN KEY (`creator_id`) REFERENCES `creators`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_by_hash` ON `api_keys` (`hash`);--> statement-breakpoint
CREATE INDEX `api_keys_by_creator` ON `api_keys` (`creator_id`,`id`);--> statement-breakpoint
CREATE TABLE `assets` (
	`id` text PRIMARY KEY NOT NULL,
	`creator_id` text NOT NULL,
	`upload_id` text NOT NULL,
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
	`created_at` integer NOT NULL,
	`deleted_at` integer,
	`erased_at` integer,
	`sequence` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `assets_by_upload` ON `assets` (`upload_id`);--> statement-breakpoint
CREATE INDEX `assets_by_creator` ON `assets` (`creator_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `assets_by_creator_external_id` ON `assets` (`creator_id`,`external_id`,`id`) WHERE deleted_at is null and external_id is not null;--> statement-breakpoint
CREATE INDEX `assets_to_erase` ON `assets` (`deleted_at`,`id`) WHERE deleted_at is not null and erased_at is null;--> statement-breakpoint
CREATE TABLE `creators` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`external_id` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `creators_by_external_id` ON `creators` (`external_id`);--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`creator_id` text NOT NULL,
	`scope_hash` text NOT NULL,
	`fingerprint` text NOT NULL,
	`resource_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`creator_id`, `scope_hash`)
);
--> statement-breakpoint
CREATE INDEX `idempotency_keys_by_resource` ON `idempotency_keys` (`resource_id`);--> statement-breakpoint
CREATE INDEX `idempotency_keys_expired` ON `idempotency_keys` (`expires_at`);--> statement-breakpoint
CREATE TABLE `uploads` (
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
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`finished_at` integer,
	`sequence` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `uploads_by_creator` ON `uploads` (`creator_id`,`id`);--> statement-breakpoint
CREATE INDEX `uploads_by_creator_status` ON `uploads` (`creator_id`,`status`,`id`);--> statement-breakpoint
CREATE INDEX `uploads_by_creator_external_id` ON `uploads` (`creator_id`,`external_id`,`id`) WHERE external_id is not null;--> statement-breakpoint
CREATE INDEX `uploads_open` ON `uploads` (`creator_id`,`reserved_bytes`) WHERE status in ('receiving', 'completing');--> statement-breakpoint
CREATE INDEX `uploads_expiring` ON `uploads` (`expires_at`,`id`) WHERE status in ('receiving', 'completing');--> statement-breakpoint
CREATE INDEX `uploads_unconfirmed` ON `uploads` (`created_at`,`id`) WHERE sequence = 0 and status in ('receiving', 'completing');--> statement-breakpoint
CREATE UNIQUE INDEX `uploads_living_name` ON `uploads` (`creator_id`,`name`) WHERE name is not null and status in ('receiving', 'completing', 'completed');--> statement-breakpoint
CREATE UNIQUE INDEX `uploads_living_external_id` ON `uploads` (`creator_id`,`external_id`) WHERE external_id is not null and status in ('receiving', 'completing', 'completed');