import { describe } from "vitest";
import { webhookTargetsContract } from "#test/contracts/webhook-targets.ts";

describe("where webhooks may go, as workerd reads URLs", webhookTargetsContract);
