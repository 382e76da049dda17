const { writeFileSync } = require('node:fs');
const { join } = require('node:path');

const file = 'e2e_test_report.json';

/** Writes `e2e_test_report.json` from what has just run: each category of `tests/mission`, its tests and what came of them. */
module.exports = class MissionReporter {
  constructor({ rootDir }) {
    this.file = join(rootDir, file);
  }

  onRunComplete(_contexts, { startTime, testResults }) {
    const categories = {};
    for (const { ancestorTitles, title, status, duration, failureMessages } of testResults.flatMap(tests)) {
      const category = (categories[ancestorTitles[0] ?? 'other'] ??= { tests: [] });
      const why = failureMessages.length > 0 ? { failure: firstLine(failureMessages[0]) } : {};
      category.tests.push({ name: title, outcome: outcomeOf(status), durationMs: duration ?? 0, ...why });
    }
    for (const category of Object.values(categories)) Object.assign(category, totalsOf(category.tests));
    const all = Object.values(categories).flatMap((category) => category.tests);
    const report = {
      suite: 'Ymera, end to end',
      timestamp: new Date(startTime).toISOString(),
      categories,
      totals: totalsOf(all),
    };
    writeFileSync(this.file, `${JSON.stringify(report, null, 2)}\n`);
    const { passed, total } = report.totals;
    process.stdout.write(`\n${file}: ${passed} of ${total} passed, in ${Object.keys(categories).length} categories\n`);
  }
};

/** A file that could not be run at all has no tests; it counts as one that failed. */
function tests({ testResults, testExecError, testFilePath }) {
  if (!testExecError) return testResults;
  const failureMessages = [String(testExecError.message)];
  return [{ ancestorTitles: [], title: testFilePath, status: 'failed', failureMessages }];
}

function outcomeOf(status) {
  return status === 'passed' || status === 'failed' ? status : 'skipped';
}

function totalsOf(list) {
  const count = (outcome) => list.filter((each) => each.outcome === outcome).length;
  const [passed, failed, skipped] = ['passed', 'failed', 'skipped'].map(count);
  return { total: list.length, passed, failed, skipped, passRate: list.length === 0 ? 0 : passed / list.length };
}

function firstLine(message) {
  return message.replace(/\u001b\[\d+m/g, '').split('\n')[0];
}
