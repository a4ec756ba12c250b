CREATE TABLE `connections` (
	`id` text PRIMARY KEY NOT NULL,
	`creator_id` text NOT NULL,
	`account` text NOT NULL,
	`title` text NOT NULL,
	`picture_url` text,
	`scopes` text NOT NULL,
	`status` text NOT NULL,
	`grant` text,
	`grant_key` text,
	`connected_at` integer NOT NULL,
	`changed_at` integer NOT NULL,
	`sequence` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `connections_by_creator` ON `connections` (`creator_id`,`id`) WHERE status <> 'disconnected';--> statement-breakpoint
CREATE UNIQUE INDEX `connections_living_account` ON `connections` (`creator_id`,`account`) WHERE status <> 'disconnected';--> statement-breakpoint
CREATE INDEX `connections_by_grant_key` ON `connections` (`grant_key`,`id`) WHERE grant is not null;--> statement-breakpoint
CREATE TABLE `consent_requests` (
	`state_hash` text PRIMARY KEY NOT NULL,
	`creator_id` text NOT NULL,
	`kind` text NOT NULL,
	`connection_id` text,
	`browser_hash` text,
	`verifier` text NOT NULL,
	`scopes` text NOT NULL,
	`return_to` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `consent_requests_expired` ON `consent_requests` (`expires_at`);--> statement-breakpoint
CREATE TABLE `deliveries` (
	`id` text PRIMARY KEY NOT NULL,
	`creator_id` text NOT NULL,
	`destination_id` text NOT NULL,
	`account` text NOT NULL,
	`upload_id` text NOT NULL,
	`asset_id` text,
	`status` text NOT NULL,
	`waiting_reason` text,
	`failure_code` text,
	`remote_id` text,
	`title` text NOT NULL,
	`created_at` integer NOT NULL,
	`changed_at` integer NOT NULL,
	`finished_at` integer,
	`sequence` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `deliveries_by_creator` ON `deliveries` (`creator_id`,`id`);--> statement-breakpoint
CREATE INDEX `deliveries_by_upload` ON `deliveries` (`upload_id`,`id`);--> statement-breakpoint
CREATE INDEX `deliveries_by_destination` ON `deliveries` (`destination_id`,`id`);--> statement-breakpoint
CREATE TABLE `destinations` (
	`id` text PRIMARY KEY NOT NULL,
	`creator_id` text NOT NULL,
	`kind` text NOT NULL,
	`account` text NOT NULL,
	`connection_id` text NOT NULL,
	`name` text NOT NULL,
	`settings` text NOT NULL,
	`paused_at` integer,
	`created_at` integer NOT NULL,
	`deleted_at` integer,
	`sequence` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `destinations_by_creator` ON `destinations` (`creator_id`,`id`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `destinations_by_connection` ON `destinations` (`connection_id`,`id`) WHERE deleted_at is null;