import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSealer } from '../../../../src/sealers/aes-sealer.ts';
import { openSqliteStore, type SqliteStore } from '../../../../src/store/sqlite/index.ts';
import { fileOf, ID_NUMBER, identityNumber, importText, MOBILE, PROPERTY, ROW } from '../../../support/archive-csv.ts';
import { OTHER_SEAL_KEY, SEAL_KEY } from '../../../support/archive-facts.ts';
import { EVENING } from '../../../support/core-facts.ts';
import { createManualClock, type ManualClock } from '../../../support/manual-clock.ts';

const DAY_MS = 86_400_000;
let store: SqliteStore;
let clock: ManualClock;

async function open(): Promise<void> {
  clock = createManualClock(EVENING);
  store = await openSqliteStore({ dataDir: 'none', inMemory: true, clock });
}
beforeEach(open);
afterEach(() => store.close());

const run = (content: string, more: Parameters<typeof importText>[3] = {}) => importText(store, clock, content, more);
/** What is believed of everybody, sealed texts by their hashes, without instants of recording. */
async function believed(): Promise<unknown> {
  const kinds = ['district', 'feeder', 'customer', 'contract', 'meterPoint'] as const;
  const pages = await Promise.all(kinds.map((kind) => store.read('archiveViews', { kind, limit: 500 })));
  const facts = pages.flatMap(({ items }) => items.flatMap((view) => view.facts));
  return JSON.parse(JSON.stringify(facts, (key, value) => (key === 'sealed' ? undefined : value)));
}
const recorded = async () => (await store.read('events', { after: 0, limit: 1000 })).length;

describe('an import', () => {
  test('stores customer, contract, account, meter point, feeder and district', async () => {
    const report = await run(fileOf(ROW));
    expect(report).toMatchObject({ stored: true, errors: [], unchanged: 0 });
    expect(report.changes.map(({ subject, aspect }) => `${subject} ${aspect}`)).toEqual([
      'district:TQ1 district',
      'feeder:XL1 feeder',
      'customer:C1 contacts',
      'customer:C1 identity',
      'contract:HT1 feeControl',
      'contract:HT1 parties',
      'contract:HT1 terms',
      'meterPoint:P1 capacity',
      'meterPoint:P1 class',
      'meterPoint:P1 contract',
      'meterPoint:P1 meter',
      'meterPoint:P1 place',
      'meterPoint:P1 ratio',
    ]);
    expect((await store.read('account', { accountId: 'A1' as never }))?.account.state).toBe('open');
    const [identity] =
      (await store.read('archiveView', { subject: 'customer:C1' }))?.facts.filter(({ aspect }) => aspect === 'identity') ?? [];
    const { document } = (identity?.value ?? {}) as { document: never };
    expect(createSealer(SEAL_KEY)?.open(document, 'customer:C1')).toBe(ID_NUMBER);
  });

  test('changes nothing the second time, nor a day later', async () => {
    const undated = ROW.replace('2026-03-01', '');
    for (const row of [ROW, undated]) {
      await store.close();
      await open();
      await run(fileOf(row));
      const events = await recorded();
      await clock.advance(DAY_MS);
      expect(await run(fileOf(row))).toMatchObject({ stored: true, changes: [], unchanged: 5 });
      expect(await recorded()).toBe(events);
    }
  });

  test('seals anew only what is another text, also after its key was rotated', async () => {
    await run(fileOf(ROW));
    const report = await run(fileOf(ROW.replace(MOBILE, '13900139000')), { key: `${OTHER_SEAL_KEY},${SEAL_KEY}` });
    expect(report.changes).toEqual([
      {
        subject: 'customer:C1',
        aspect: 'contacts',
        from: Date.UTC(2026, 1, 28, 16),
        before: {
          contacts: [
            { channel: 'mobile', address: '138****8000', working: true },
            { channel: 'phone', address: '021*****5678', working: true },
          ],
        },
        after: {
          contacts: [
            { channel: 'mobile', address: '139****9000', working: true },
            { channel: 'phone', address: '021*****5678', working: true },
          ],
        },
      },
    ]);
  });

  test('says in a dry run what it would change, and changes nothing', async () => {
    const dry = await run(fileOf(ROW), { dryRun: true });
    expect([dry.stored, dry.changes.length, await recorded()]).toEqual([false, 13, 0]);
    const { changes } = await run(fileOf(ROW));
    expect(changes).toEqual(dry.changes);
  });

  test('lets a row without a date say what holds today', async () => {
    const undated = ROW.replace('2026-03-01', '');
    await run(fileOf(undated));
    await clock.advance(DAY_MS);
    // EVENING is 2026-11-24 20:00 in Shanghai; a day later its day begins at 2026-11-24T16:00Z.
    const { changes } = await run(fileOf(undated.replace(',8,1,', ',16,1,')));
    expect(changes).toEqual([
      {
        subject: 'meterPoint:P1',
        aspect: 'capacity',
        from: Date.UTC(2026, 10, 24, 16),
        before: { voltAmperes: 8000 },
        after: { voltAmperes: 16_000 },
      },
    ]);
  });

  test('leaves what a blank cell says nothing of', async () => {
    await run(fileOf(ROW));
    const blank = ROW.replace(`${ID_NUMBER},${PROPERTY},${MOBILE},021-12345678`, ',,,').replace('王小明', '王大明');
    const { changes } = await run(fileOf(blank));
    expect(changes).toMatchObject([
      {
        aspect: 'identity',
        before: { name: '王小明', document: '110***********002X' },
        after: { name: '王大明', document: '110***********002X' },
      },
    ]);
  });

  test('makes the contract and the customer that a row only names', async () => {
    await run('计量点编号,合同编号,客户编号\nP1,HT1,C1\nP2,HT2,\n');
    expect(await believed()).toMatchObject([
      { subject: 'customer:C1', aspect: 'identity', value: {} },
      { subject: 'contract:HT1', aspect: 'parties', value: { customerId: 'C1', accountId: 'C1' } },
      { subject: 'contract:HT2', aspect: 'terms', value: { temporary: false } },
      { subject: 'meterPoint:P1', aspect: 'contract' },
      { subject: 'meterPoint:P2', aspect: 'contract' },
    ]);
  });

  test('counts a number that stands in two columns once', async () => {
    await run(fileOf(ROW.replace('021-12345678', MOBILE)));
    const contacts = (await store.read('archiveView', { subject: 'customer:C1' }))?.facts.find(({ aspect }) => aspect === 'contacts');
    expect(contacts?.value).toMatchObject({ contacts: [{ channel: 'mobile' }] });
  });

  test('needs a key for personal data, and says so before anything is stored', async () => {
    await expect(run(fileOf(ROW), { key: '' })).rejects.toThrow('seal-key-missing');
    expect(await recorded()).toBe(0);
    const impersonal = ROW.replace(`${ID_NUMBER},${PROPERTY},${MOBILE},021-12345678`, ',,,');
    expect(await run(fileOf(impersonal), { key: '' })).toMatchObject({ stored: true });
  });
});

describe('rows that are wrong', () => {
  const other = ROW.replace('P1', 'P2')
    .replace('C1', 'C2')
    .replace('HT1', 'HT2')
    .replace('A1', 'A2')
    .replace('000012345678', '000012345679');
  const bad = other.replace('2026-03-01', '2026-02-30');

  test('keep the whole file out, or only themselves where asked', async () => {
    expect(await run(fileOf(ROW, bad))).toMatchObject({ stored: false, errors: [{ line: 3, column: '生效日期' }] });
    expect(await recorded()).toBe(0);
    expect(await run(fileOf(ROW, bad), { skipBadRows: true })).toMatchObject({ stored: true, errors: [{ line: 3 }] });
    expect(await store.read('archiveView', { subject: 'meterPoint:P1' })).toBeDefined();
    expect(await store.read('archiveView', { subject: 'meterPoint:P2' })).toBeUndefined();
  });

  test('that repeat each other are one', async () => {
    expect(await run(fileOf(ROW, ROW))).toMatchObject({ stored: true, errors: [] });
  });

  test('that contradict each other are all wrong, whichever came first', async () => {
    const report = await run(fileOf(ROW, ROW.replace('王小明', '王大明')));
    expect(report).toMatchObject({ stored: false });
    expect(report.errors).toEqual(
      [2, 3].map((line) => ({
        line,
        column: 'name',
        value: '',
        expected: 'the same for customer:C1 in lines 2, 3',
        todo: 'Keep the right row, or give each its effective date',
      })),
    );
  });

  test('that hang one meter at two places are both wrong', async () => {
    const { errors } = await run(fileOf(ROW, other.replace('000012345679', '000012345678')));
    expect(errors.map(({ line, column }) => [line, column])).toEqual([
      [2, 'meterNumber'],
      [3, 'meterNumber'],
    ]);
  });
});

test('the same rows in any order, in one file or in several, give the same archive', async () => {
  const rows = [
    ROW,
    ROW.replace(',8,1,', ',16,40,').replace('2026-03-01', '2026-05-01'),
    ROW.replace(',8,1,', ',12,1,').replace('2026-03-01', '2026-04-01').replace('王小明', '王大明'),
    ROW.replace('P1', 'P2').replace('000012345678', '2'),
    ROW.replace('P1', 'P3').replace('000012345678', '3').replace('C1', 'C3').replace('HT1', 'HT3').replace('A1', 'A3'),
  ];
  await run(fileOf(...rows));
  const inOrder = await believed();
  const orders = fc.tuple(fc.shuffledSubarray(rows, { minLength: rows.length }), fc.integer({ min: 0, max: rows.length }));
  await fc.assert(
    fc.asyncProperty(orders, async ([shuffled, cut]) => {
      await store.close();
      await open();
      for (const part of [shuffled.slice(0, cut), shuffled.slice(cut)]) if (part.length > 0) await run(fileOf(...part));
      expect(await believed()).toEqual(inOrder);
    }),
    { numRuns: 25 },
  );
});

test('an import that was killed half-way is simply repeated', async () => {
  const rows = Array.from({ length: 300 }, (_, index) =>
    ROW.replace('P1', `P${index}`)
      .replace('C1', `C${index}`)
      .replace('HT1', `HT${index}`)
      .replace('A1', `A${index}`)
      .replace('000012345678', `${index}`),
  );
  await run(fileOf(...rows));
  const whole = await believed();
  await store.close();
  await open();
  let commits = 0;
  const dying: SqliteStore = {
    ...store,
    commit(batch) {
      commits += 1;
      if (commits > 2) throw new TypeError('killed');
      return store.commit(batch);
    },
  };
  await expect(importText(dying, clock, fileOf(...rows))).rejects.toThrow('killed');
  const half = await believed();
  expect(half).not.toEqual([]);
  expect(half).not.toEqual(whole);
  await run(fileOf(...rows));
  expect(await believed()).toEqual(whole);
});

test('ten thousand rows are imported within seconds, and again without a change', async () => {
  const rows = Array.from({ length: 10_000 }, (_, index) => {
    const number = String(index).padStart(5, '0');
    return `P${number},C${number},客户${number},路 ${number} 号,${identityNumber(`110105194912${number}`)},证${number},138001${number},,HT${number},A${number},预付费,25日,千分之一,否,FK${number},居民,8,1,M${number},TQ1,XL1,2026-03-01`;
  });
  const content = fileOf(...rows);
  expect(await run(content)).toMatchObject({ stored: true, errors: [] });
  expect(await run(content)).toMatchObject({ stored: true, errors: [], changes: [], unchanged: 30_002 });
});
