/** Everything but the tests that decides whether a change is done: each step says in one line how it went and how long it took. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const ROOT = path.dirname(import.meta.dirname);

interface Step {
  readonly name: string;
  /** What Node runs, from the project's root. */
  readonly args: readonly string[];
}

const STEPS: readonly Step[] = [
  {
    name: 'format and lint',
    args: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '--max-diagnostics=100', '.'],
  },
  { name: 'house rules', args: ['scripts/house-rules.ts'] },
  { name: 'types', args: ['node_modules/typescript/bin/tsc', '--noEmit', '-p', '.'] },
  { name: 'arrows', args: ['scripts/arrows.ts'] },
  { name: 'dead code', args: ['node_modules/knip/bin/knip.js', '--no-progress'] },
  { name: 'generated files', args: ['scripts/generate.ts', '--check'] },
];

/** What the step says is shown only where it fails. */
function passes({ name, args }: Step): boolean {
  const startedMs = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  if (status !== 0) process.stdout.write(`${stdout}${stderr}`);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(16)} ${seconds.padStart(5)} s`);
  return status === 0;
}

const failed = STEPS.filter((step) => !passes(step));
if (failed.length > 0) console.log(`check failed: ${failed.map(({ name }) => name).join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
