/**
 * @typedef {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   testResults: { status: string, assertionResults: { status: string }[] }[] }} Report what vitest's json reporter writes
 */

/**
 * A file that could not run has no test that failed, so it counts as one failure itself; so does an error outside of every test, which
 * only the exit code tells.
 * @param {Report} report
 * @param {number} code vitest's exit code
 */
export function totals(report, code) {
  const unrunnable = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && !assertionResults.some((result) => result.status === "failed"),
  );
  const failed = report.numFailedTests + unrunnable.length;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
