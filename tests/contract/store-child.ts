/** A process that posts payments until it is killed, and says which ones were acknowledged. */
import { systemClock } from '../../src/kernel/clock.ts';
import { openSqliteStore } from '../../src/store/sqlite/index.ts';
import { archive, given, paymentFacts } from './store-facts.ts';

const CALLERS = 20;
const [dataDir = ''] = process.argv.slice(2);

const store = await openSqliteStore({
  dataDir,
  clock: systemClock,
  onFatal(error) {
    process.stdout.write(`fatal ${error.code}\n`);
  },
});
await given(store, ...archive);
let serial = 0;

async function post(): Promise<void> {
  for (;;) {
    serial += 1;
    const mine = String(serial);
    // Texts long enough to fill pages: the faults of the disk come with size.
    const facts = paymentFacts(mine, '1.00').map((fact) =>
      fact.kind === 'entry' ? { ...fact, entry: { ...fact.entry, memo: 'x'.repeat(3_000) } } : fact,
    );
    const outcome = await store.commit({ facts });
    if (outcome.status !== 'committed') throw new Error(outcome.status);
    process.stdout.write(`stored ${mine}\n`);
  }
}

const ends = await Promise.allSettled(Array.from({ length: CALLERS }, post));
const codes = new Set(ends.map((end) => (end.status === 'rejected' ? end.reason.code : 'fine')));
process.stdout.write(`ended ${[...codes].join()}\n`);
process.exit(1);
