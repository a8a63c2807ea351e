/** `npm run soak -- NAME [--count N] [--seed S]`: the tests that count by the thousand, at any size and from any seed. */

import { assertLedgerFollowsModel } from '../support/ledger-sequences.ts';
import { assertSettlementStories } from '../support/settlement-stories.ts';
import { runChargeKills } from '../system/charge-kills.ts';
import { runDemos } from '../system/demos.ts';
import { runKills } from '../system/kills.ts';
import { runFuzz } from './fuzz.ts';
import { runInterleavings, runPersonInterleavings } from './interleavings.ts';

interface Soak {
  readonly count: number;
  readonly what: string;
  /** Runs it whole; answers its figures, throws where something does not hold. */
  run(count: number, seed: number): Promise<object>;
}

const SOAKS: Readonly<Record<string, Soak>> = {
  demo: { count: 20, what: 'demo stories, a seed each', run: runDemos },
  kills: { count: 50, what: 'kills of the gateway', run: soakKills },
  charges: { count: 200, what: 'kills of charge runs and settlements', run: soakCharges },
  fuzz: { count: 10_000_000, what: 'inputs for each decoder', run: runFuzz },
  model: { count: 5_000, what: 'sequences of 200 commands for the ledger, beside its model', run: soakModel },
  stories: { count: 1_000, what: 'stories of the settlement of a meter point', run: assertSettlementStories },
  interleavings: { count: 100_000, what: 'interleavings of a payment and a trip', run: runInterleavings },
  persons: { count: 10_000, what: 'interleavings of persons, payments, marks and faults at one relay', run: runPersonInterleavings },
};

async function soakModel(count: number, seed: number): Promise<object> {
  await assertLedgerFollowsModel({ runs: count, length: 200, seed });
  return { sequences: count, commands: count * 200, differences: 0 };
}

async function soakCharges(count: number, seed: number): Promise<object> {
  const report = await runChargeKills({ kills: count, seed });
  if (report.lost.length + report.differences.length + report.violations > 0) throw new Error(JSON.stringify(report, null, 2));
  return report;
}

async function soakKills(count: number, seed: number): Promise<object> {
  const report = await runKills({ kills: count, seed });
  if (report.lost.length + report.doubled.length + report.repeatedWithoutReadBack.length > 0 || report.checkExit !== 0)
    throw new Error(JSON.stringify(report, null, 2));
  return report;
}

const [name = '', ...options] = process.argv.slice(2);
const numberOf = (option: string, otherwise: number) => {
  const at = options.indexOf(option);
  return at < 0 ? otherwise : Number(options[at + 1]);
};
const soak = SOAKS[name];
if (soak === undefined) {
  console.error(`usage: npm run soak -- ${Object.keys(SOAKS).join('|')} [--count N] [--seed S]`);
  process.exit(2);
}
const count = numberOf('--count', soak.count);
const seed = numberOf('--seed', Date.now() % 1_000_000);
console.log(`${count} ${soak.what}, seed ${seed}`);
const startedMs = performance.now();
const figures = await soak.run(count, seed);
console.log(JSON.stringify(figures));
console.log(`passed in ${Math.round((performance.now() - startedMs) / 1000)} s`);
