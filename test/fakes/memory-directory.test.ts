import { describe } from "vitest";
import { assetDirectoryContract } from "#test/contracts/asset-directory.ts";
import { eventLogContract } from "#test/contracts/event-log.ts";
import { identityContract } from "#test/contracts/identity-directories.ts";
import { uploadDirectoryContract } from "#test/contracts/upload-directory.ts";
import { webhookDirectoryContract } from "#test/contracts/webhook-directory.ts";
import { memoryAssets, memoryCreators, memoryKeys, memoryUploads } from "./memory-directory.ts";
import { memoryEventLog } from "./memory-event-log.ts";
import { memoryWebhooks } from "./memory-webhooks.ts";

const log = memoryEventLog();

describe("uploads in memory", () => uploadDirectoryContract(memoryUploads));
describe("assets in memory", () => assetDirectoryContract(() => memoryAssets(log), log));
describe("identities in memory", () => identityContract(() => ({ creators: memoryCreators(), keys: memoryKeys() })));
describe("events in memory", () => eventLogContract(memoryEventLog));
describe("webhooks in memory", () => webhookDirectoryContract(memoryWebhooks));
