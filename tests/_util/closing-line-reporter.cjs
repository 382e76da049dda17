/** Closes a run with the names of the tests that were skipped, which say why, and the counts in the form that any CI can read. */
module.exports = class ClosingLineReporter {
  constructor({ testNamePattern }) {
    // Those that nobody asked for are skipped too.
    this.namesSkipped = !testNamePattern;
  }

  onRunComplete(
    _contexts,
    { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites, testResults },
  ) {
    const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
    const names = testResults
      .flatMap((suite) => (this.namesSkipped ? suite.testResults : []))
      .filter(({ status }) => status === 'pending')
      .map(({ fullName }) => `skipped: ${fullName}\n`);
    process.stdout.write(
      `\n${names.join('')}${numPassedTests} passed, ${numFailedTests + numRuntimeErrorTestSuites} failed${skipped}\n`,
    );
  }
};
