// A Jest reporter that ends a run with one line for people: what passed, failed and was skipped.

/**
 * @param {object} results Jest's aggregated results
 * @returns {string[]} what could not be run, if anything, then the totals
 */
export function closingLines(results) {
  // A file that could not be loaded has no tests to count; it is a failure all the same.
  const unloadable = results.numRuntimeErrorTestSuites;
  const failed = results.numFailedTests + unloadable;
  const skipped = results.numPendingTests + results.numTodoTests;
  const totals = `${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped`;
  return unloadable > 0 ? [`Test files that could not be run: ${unloadable}.`, totals] : [totals];
}

export default class ClosingLine {
  onRunComplete(_contexts, results) {
    // Jest's own summary comes after the reporters that it was given; this is to be the last.
    process.once('exit', () => console.log(closingLines(results).join('\n')));
  }
}
