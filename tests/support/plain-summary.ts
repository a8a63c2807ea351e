/** The last words of a test run: every skipped test with its reason, and one plain line of figures. */
import type { Reporter, TestCase, TestModule } from 'vitest/node';

export function createPlainSummary(): Reporter {
  return {
    onTestRunEnd(modules) {
      const tests = modules.flatMap((module) => [...module.children.allTests()]);
      const broken = modules.filter((module) => module.state() === 'failed' && ![...module.children.allTests('failed')].length);
      for (const line of [...tests.filter(isSkipped).map(skipLine), ...broken.map(brokenLine)]) console.log(line);
      const count = (state: string) => tests.filter((test) => test.result().state === state).length;
      console.log(`${count('passed')} passed, ${count('failed') + broken.length} failed, ${count('skipped')} skipped`);
    },
  };
}

function isSkipped(test: TestCase): boolean {
  return test.result().state === 'skipped';
}

function skipLine(test: TestCase): string {
  const result = test.result();
  const reason = result.state === 'skipped' && result.note !== undefined ? result.note : 'without a reason';
  return `skipped: ${test.fullName} (${reason})`;
}

function brokenLine(module: TestModule): string {
  return `failed: ${module.moduleId} could not be run to its end`;
}
