import { describe, expect, it } from "vitest";
import { totals } from "../../scripts/totals.mjs";

const passing = { status: "passed", assertionResults: [{ status: "passed" }, { status: "passed" }] };
const report = { numPassedTests: 2, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [passing] };

describe("totals of a test run", () => {
  it("are what vitest counted", () => {
    expect(totals(report, 0)).toEqual({ passed: 2, failed: 0, skipped: 0 });
    expect(totals({ ...report, numPendingTests: 3, numTodoTests: 1 }, 0)).toEqual({ passed: 2, failed: 0, skipped: 4 });
  });

  it("count a file that could not run as a failure", () => {
    const broken = { status: "failed", assertionResults: [] };
    expect(totals({ ...report, testResults: [passing, broken] }, 1)).toEqual({ passed: 2, failed: 1, skipped: 0 });
  });

  it("count a failed test once, though its file failed with it", () => {
    const failing = { status: "failed", assertionResults: [{ status: "failed" }, { status: "passed" }] };
    expect(totals({ ...report, numPassedTests: 3, numFailedTests: 1, testResults: [passing, failing] }, 1)).toEqual({
      passed: 3,
      failed: 1,
      skipped: 0,
    });
  });

  it("never say that nothing failed when vitest did", () => {
    expect(totals(report, 1)).toEqual({ passed: 2, failed: 1, skipped: 0 });
  });
});
