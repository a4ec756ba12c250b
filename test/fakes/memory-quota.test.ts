import { describe } from "vitest";
import { quotaLedgerContract } from "#test/contracts/quota-ledger.ts";
import { pacificDayByLaw } from "#test/fixtures/pacific-law.ts";
import { memoryQuotaLedger } from "./memory-quota.ts";

describe("the ledger in memory", () =>
  quotaLedgerContract(async (at) => {
    const limits = { inserts: 5, searches: 3, units: 1000 };
    const under = { now: Date.parse(at) };
    const ledger = memoryQuotaLedger({ limits, pacificDay: pacificDayByLaw, now: () => under.now });
    return Object.assign(under, { ledger });
  }));
