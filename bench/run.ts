/**
 * `npm run bench [-- --quick] [-- ID …]`: every scenario, as ratios against peers in the same run.
 *
 * A full run fails below a hard goal; a quick one, made for shared machines, below half of it. Goals that are not reached
 * yet say so, are shown as open, and fail nothing. Results go to `bench/results/`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import path from 'node:path';
import { s5 } from './block-reads.ts';
import { b1 } from './charge-run.ts';
import { c1, c2 } from './codec.ts';
import { s4, s6 } from './full-line.ts';
import { g } from './growth.ts';
import { s3 } from './many-lines.ts';
import { s2 } from './modbus-line.ts';
import { m1, m2 } from './mqtt.ts';
import type { RatioRow, Scenario, ScenarioResult } from './scenario.ts';
import { s1 } from './serial-line.ts';
import { l1, l2 } from './store.ts';
import { l3, t20 } from './store-latency.ts';
import { t1, t2, t3 } from './tcp-fleet.ts';

const SCENARIOS: readonly Scenario[] = [c1, c2, s1, s2, s3, s4, s5, s6, t1, t2, t3, m1, m2, l1, l2, l3, t20, b1, g];
const RESULTS = path.join(import.meta.dirname, 'results');
const QUICK_SHARE = 0.5;

const args = process.argv.slice(2);
const quick = args.includes('--quick');
const wanted = args.filter((arg) => !arg.startsWith('--')).map((arg) => arg.toUpperCase());
const chosen = wanted.length === 0 ? SCENARIOS : SCENARIOS.filter(({ id }) => wanted.includes(id));
if (chosen.length === 0) {
  console.error(`No scenario is called ${wanted.join(', ')}; there are ${SCENARIOS.map(({ id }) => id).join(', ')}`);
  process.exit(2);
}

const results: (ScenarioResult & { readonly seconds: number })[] = [];
let missed = 0;
let open = 0;
for (const scenario of chosen) {
  console.log(`\n${scenario.id}  ${scenario.title}`);
  const startedMs = performance.now();
  const result = await outcomeOf(scenario);
  if (result === undefined) {
    missed += 1;
    continue;
  }
  const seconds = Math.round((performance.now() - startedMs) / 100) / 10;
  results.push({ ...result, seconds });
  for (const row of result.rows) {
    if (!reaches(row) && row.open === undefined) missed += 1;
    if (!reaches(row) && row.open !== undefined) open += 1;
    console.log(line(row));
  }
  for (const [name, value] of Object.entries(result.absolute))
    console.log(`      ${name}: ${Number(value.toPrecision(4)).toLocaleString('en')}`);
  console.log(`      checked: ${result.checked}${result.note === undefined ? '' : `\n      note: ${result.note}`}`);
  console.log(`      took: ${seconds} s`);
}
save();
console.log(
  `${missed === 0 ? '\nevery gate holds' : `\n${missed} figures miss their gate`}${open === 0 ? '' : `; ${open} goals are open`}`,
);
process.exitCode = missed === 0 ? 0 : 1;

/** A wrong answer, or a far end that cannot be trusted, ends its scenario and no other. */
async function outcomeOf(scenario: Scenario): Promise<ScenarioResult | undefined> {
  try {
    return await scenario.run({ quick });
  } catch (error) {
    console.log(`  FAIL ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return undefined;
  }
}

function gateOf({ goal, higherIsBetter }: RatioRow): number {
  if (!quick) return goal;
  return higherIsBetter ? goal * QUICK_SHARE : goal / QUICK_SHARE;
}

function reaches(row: RatioRow): boolean {
  return row.higherIsBetter ? row.ratio.median >= gateOf(row) : row.ratio.median <= gateOf(row);
}

function line(row: RatioRow): string {
  const { median, min, max } = row.ratio;
  const sign = row.higherIsBetter ? '≥' : '≤';
  const stretch = row.stretch === undefined ? '' : `, stretch ${sign} ${row.stretch}`;
  const verdict = reaches(row) ? 'ok  ' : row.open === undefined ? 'MISS' : 'OPEN';
  const why = verdict === 'OPEN' ? `; ${row.open}` : '';
  return `  ${verdict} ${row.label}: ${median.toFixed(3)} (${min.toFixed(3)}–${max.toFixed(3)}), goal ${sign} ${row.goal}${stretch}${why}`;
}

function save(): void {
  mkdirSync(RESULTS, { recursive: true });
  const at = new Date().toISOString();
  const { version } = JSON.parse(readFileSync(path.join(import.meta.dirname, '../package.json'), 'utf8'));
  const report = { at, version, quick, node: process.version, cpu: cpus()[0]?.model, cores: cpus().length, load: loadavg(), results };
  writeFileSync(path.join(RESULTS, `${at.replaceAll(':', '-')}${quick ? '-quick' : ''}.json`), `${JSON.stringify(report, null, 2)}\n`);
}
