CREATE TABLE `audit_log` (
	`number` integer PRIMARY KEY NOT NULL,
	`happened_at` integer NOT NULL,
	`actor` text NOT NULL,
	`action` text NOT NULL,
	`resource` text NOT NULL,
	`request_id` text NOT NULL,
	`before` text,
	`after` text,
	`hash` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `cursors` (
	`name` text PRIMARY KEY NOT NULL,
	`position` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `events` (
	`position` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
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
CREATE INDEX `events_by_creator` ON `events` (`creator_id`,`position`);--> statement-breakpoint
CREATE UNIQUE INDEX `events_by_resource` ON `events` (`resource`,`sequence`);--> statement-breakpoint
CREATE TABLE `switches` (
	`key` text PRIMARY KEY NOT NULL,
	`reason` text NOT NULL,
	`set_by` text NOT NULL,
	`set_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `webhooks` (
	`id` text PRIMARY KEY NOT NULL,
	`creator_id` text NOT NULL,
	`url` text NOT NULL,
	`description` text,
	`types` text NOT NULL,
	`status` text NOT NULL,
	`disabled_reason` text,
	`created_at` integer NOT NULL,
	`deleted_at` integer,
	`sequence` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `webhooks_by_creator` ON `webhooks` (`creator_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
ALTER TABLE `assets` ADD `info` text;--> statement-breakpoint
ALTER TABLE `assets` ADD `info_at` integer;--> statement-breakpoint
ALTER TABLE `assets` ADD `keep_until` integer;--> statement-breakpoint
ALTER TABLE `assets` ADD `keep_after_verified_ms` integer;--> statement-breakpoint
CREATE INDEX `assets_to_retire` ON `assets` (`keep_until`,`id`) WHERE deleted_at is null and keep_until is not null;--> statement-breakpoint
CREATE INDEX `assets_to_inspect` ON `assets` (`created_at`,`id`) WHERE deleted_at is null and info_at is null;--> statement-breakpoint
ALTER TABLE `creators` ADD `keep_ms` integer;--> statement-breakpoint
ALTER TABLE `creators` ADD `keep_after_verified_ms` integer;--> statement-breakpoint
ALTER TABLE `uploads` ADD `look` text;