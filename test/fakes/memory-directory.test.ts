import { describe } from "vitest";
import { assetDirectoryContract } from "#test/contracts/asset-directory.ts";
import { connectionDirectoryContract, consentRequestsContract } from "#test/contracts/connections.ts";
import { eventLogContract } from "#test/contracts/event-log.ts";
import { identityContract } from "#test/contracts/identity-directories.ts";
import { deliveryDirectoryContract, destinationDirectoryContract } from "#test/contracts/publishing.ts";
import { uploadDirectoryContract } from "#test/contracts/upload-directory.ts";
import { webhookDirectoryContract } from "#test/contracts/webhook-directory.ts";
import { memoryConnections, memoryConsents } from "./memory-connections.ts";
import { memoryAudit } from "./memory-audit.ts";
import { memorySwitches } from "./memory-switches.ts";
import { switchBoardContract } from "#test/contracts/switch-board.ts";
import { memoryAssets, memoryUploads } from "./memory-directory.ts";
import { memoryCreators, memoryKeys } from "./memory-identities.ts";
import { memoryEventLog } from "./memory-event-log.ts";
import { memoryDeliveries, memoryDestinations } from "./memory-publishing.ts";
import { memoryWebhooks } from "./memory-webhooks.ts";

const log = memoryEventLog();

describe("uploads in memory", () => uploadDirectoryContract(memoryUploads));
describe("assets in memory", () => assetDirectoryContract(() => memoryAssets(log), log));
describe("identities in memory", () => identityContract(() => ({ creators: memoryCreators(), keys: memoryKeys() })));
describe("events in memory", () => eventLogContract(memoryEventLog));
describe("webhooks in memory", () => webhookDirectoryContract(memoryWebhooks));
describe("connections in memory", () =>
  connectionDirectoryContract(() => {
    const events = memoryEventLog();
    const logged = async (creatorId: string) => events.logged.filter((event) => event.creatorId === creatorId);
    return { connections: memoryConnections(events), logged };
  }));
describe("consents in memory", () => consentRequestsContract(memoryConsents));
describe("destinations in memory", () => destinationDirectoryContract(memoryDestinations));
describe("deliveries in memory", () =>
  deliveryDirectoryContract(() => {
    const events = memoryEventLog();
    return {
      deliveries: memoryDeliveries(events),
      logged: async (creatorId) => events.logged.filter((each) => each.creatorId === creatorId),
    };
  }));
describe("switches in memory", () =>
  switchBoardContract(() => {
    const audit = memoryAudit();
    const switches = memorySwitches(audit);
    return { audit, switches, uploads: memoryUploads(switches) };
  }));
