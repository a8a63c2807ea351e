import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { believedAt } from '../../src/core/archive/in-force.ts';
import type { ArchiveChange, ArchiveSubject } from '../../src/core/model/archive.ts';
import { instantOf, plusMs } from '../../src/kernel/clock.ts';
import { asId } from '../../src/kernel/ids.ts';
import { openSqliteStore, type SqliteStore } from '../../src/store/sqlite/index.ts';
import { CONTRACT_ASPECTS, CUSTOMER_ASPECTS, changeOf, POINT_ASPECTS, sealedText } from '../support/archive-facts.ts';
import { EVENING, POINT } from '../support/core-facts.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { archive, factsOf, given, versionOf } from './store-facts.ts';

const POINT_SUBJECT: ArchiveSubject = `meterPoint:${POINT.id}`;
const MARCH = instantOf(Date.UTC(2026, 2, 1));
const JUNE = instantOf(Date.UTC(2026, 5, 1));

const ratioOf = (current: number, voltage = 1) => ({ current, voltage });
const said = (change: ArchiveChange) => ({ kind: 'archiveChange', change }) as const;
const ratios = (periods: ArchiveChange['aspects'][number]['periods'], more: Partial<ArchiveChange> = {}) =>
  said(changeOf(POINT_SUBJECT, {}, { aspects: [{ aspect: 'ratio', periods } as ArchiveChange['aspects'][number]], ...more }));

describe.each([
  { kind: 'in memory', inMemory: true },
  { kind: 'on disk', inMemory: false },
])('the archive of a store $kind', ({ inMemory }) => {
  let store: SqliteStore;
  let dataDir: string;

  beforeEach(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'feikong-archive-'));
    store = await openSqliteStore({ dataDir, clock: createManualClock(EVENING), inMemory });
    await given(store, ...archive);
  });
  afterEach(async () => {
    await store.close();
    rmSync(dataDir, { recursive: true });
  });

  const wholeSupply = () =>
    given(
      store,
      said(changeOf('customer:c1', CUSTOMER_ASPECTS)),
      said(changeOf('contract:ht1', CONTRACT_ASPECTS)),
      said(changeOf(POINT_SUBJECT, POINT_ASPECTS)),
    );

  test('answers what a subject is believed to be, over all time', async () => {
    await given(
      store,
      ratios([
        { from: MARCH, to: JUNE, value: ratioOf(1) },
        { from: JUNE, value: ratioOf(40) },
      ]),
    );
    expect(await store.read('archiveView', { subject: POINT_SUBJECT })).toEqual({
      subject: POINT_SUBJECT,
      version: 2,
      facts: [
        { subject: POINT_SUBJECT, aspect: 'ratio', from: MARCH, to: JUNE, value: { current: 1, voltage: 1 } },
        { subject: POINT_SUBJECT, aspect: 'ratio', from: JUNE, to: undefined, value: { current: 40, voltage: 1 } },
      ],
    });
    expect(await store.read('archiveView', { subject: 'contract:nobody' })).toBeUndefined();
  });

  test('keeps what was believed before a correction, with who, when and why', async () => {
    await given(store, ratios([{ from: MARCH, value: ratioOf(30) }]));
    const later = plusMs(EVENING, 60_000);
    await given(
      store,
      ratios([{ from: MARCH, value: ratioOf(40) }], { at: later, actor: asId('auditor'), reason: 'nameplate read on site' }),
    );
    const history = await store.read('archiveHistory', { subject: POINT_SUBJECT });
    expect(history).toMatchObject([
      { value: { current: 30 }, actor: 'clerk', reason: 'as signed', recordedAt: EVENING, replacedAt: later },
      { value: { current: 40 }, actor: 'auditor', reason: 'nameplate read on site', recordedAt: later, replacedAt: undefined },
    ]);
    const ratioBelievedAt = (asOf: number) => believedAt(history, instantOf(asOf)).map(({ value }) => value);
    expect(ratioBelievedAt(later - 1)).toEqual([{ current: 30, voltage: 1 }]);
    expect(ratioBelievedAt(later)).toEqual([{ current: 40, voltage: 1 }]);
    expect(ratioBelievedAt(EVENING - 1)).toEqual([]);
  });

  test('changes nothing, raises nothing and records nothing where it is equal, whatever the order of fields', async () => {
    await wholeSupply();
    const events = (await store.read('events', { after: 0, limit: 100 })).length;
    const version = await versionOf(store, POINT_SUBJECT);
    await wholeSupply();
    await given(store, said(changeOf(POINT_SUBJECT, { ratio: { voltage: 1, current: 1 } })));
    await given(store, said(changeOf(POINT_SUBJECT, { ratio: { current: 1, voltage: 1 } })));
    expect(await store.read('events', { after: 0, limit: 100 })).toHaveLength(events + 1);
    expect(await versionOf(store, POINT_SUBJECT)).toBe((version ?? 0) + 1);
  });

  test('raises the meter points of a contract and of a customer that changes, and no others', async () => {
    await wholeSupply();
    const before = (await versionOf(store, POINT_SUBJECT)) ?? 0;
    await given(store, said(changeOf('customer:c1', { identity: { name: '王大明' } })));
    await given(store, said(changeOf('contract:ht1', { terms: { temporary: true } })));
    await given(store, said(changeOf('customer:other', CUSTOMER_ASPECTS)));
    expect(await versionOf(store, POINT_SUBJECT)).toBe(before + 2);
  });

  test('refuses a change that rests on another version', async () => {
    await wholeSupply();
    const fact = said(changeOf('contract:ht1', { terms: { temporary: true } }));
    expect(await store.commit({ facts: [fact], expect: [{ subject: 'contract:ht1', version: 7 }] })).toEqual({
      status: 'conflict',
      subject: 'contract:ht1',
    });
    expect((await store.commit({ facts: [fact], expect: [{ subject: 'contract:ht1', version: 1 }] })).status).toBe('committed');
  });

  test.each([
    [
      'overlap',
      ratios([
        { from: MARCH, value: ratioOf(1) },
        { from: JUNE, value: ratioOf(2) },
      ]),
    ],
    [
      'leave a gap',
      ratios([
        { from: MARCH, to: instantOf(JUNE - 1), value: ratioOf(1) },
        { from: JUNE, value: ratioOf(2) },
      ]),
    ],
    ['belong to another kind of subject', said(changeOf('customer:c1', { ratio: ratioOf(1) }))],
  ])('takes no facts that %s', async (_, fact) => {
    await expect(store.commit({ facts: [fact] })).rejects.toMatchObject({ code: 'invariant-violated' });
    expect(await store.read('archiveHistory', { subject: POINT_SUBJECT })).toEqual([]);
  });

  test('follows the contract and the customer of a meter point for its decisions', async () => {
    await wholeSupply();
    await given(store, said(changeOf('contract:other', CONTRACT_ASPECTS)));
    const aspects = (await factsOf(store)).archive.map(({ subject, aspect }) => `${subject} ${aspect}`);
    expect(aspects).toEqual([
      'meterPoint:p1 capacity',
      'meterPoint:p1 class',
      'meterPoint:p1 contract',
      'contract:ht1 feeControl',
      'contract:ht1 parties',
      'contract:ht1 terms',
      'customer:c1 contacts',
      'customer:c1 identity',
    ]);
  });

  test('finds whose a sealed text is, while it is believed', async () => {
    await wholeSupply();
    expect(await store.read('subjectsSealed', { hashes: ['d', 'nothing'] })).toEqual(['customer:c1']);
    await given(store, said(changeOf('customer:c1', { identity: { name: '王小明', document: sealedText('new') } })));
    expect(await store.read('subjectsSealed', { hashes: ['d'] })).toEqual([]);
  });

  test('writes no name, address or sealed text into the chain', async () => {
    await wholeSupply();
    const text = JSON.stringify(await store.read('events', { after: 0, limit: 100 }));
    for (const personal of ['王小明', '幸福路', 'cipher-d']) expect(text).not.toContain(personal);
    expect(text).toContain('"settlementMethod":"prepay"');
  });

  test('lists subjects of one kind, page by page', async () => {
    await given(
      store,
      ...['c3', 'c1', 'c2'].map((id) => said(changeOf(`customer:${id}`, CUSTOMER_ASPECTS))),
      said(changeOf('contract:ht1', CONTRACT_ASPECTS)),
    );
    const first = await store.read('archiveViews', { kind: 'customer', limit: 2 });
    expect(first.items.map(({ subject }) => subject)).toEqual(['customer:c1', 'customer:c2']);
    const rest = await store.read('archiveViews', { kind: 'customer', limit: 2, cursor: first.nextCursor });
    expect([rest.items.map(({ subject }) => subject), rest.nextCursor]).toEqual([['customer:c3'], undefined]);
  });

  test('says what holds of every meter point at an instant, page by page', async () => {
    await given(
      store,
      ratios([
        { from: MARCH, to: JUNE, value: ratioOf(1) },
        { from: JUNE, value: ratioOf(40) },
      ]),
    );
    const current = async (at: number) =>
      (await store.read('supplies', { at: instantOf(at), limit: 10 })).items.map(({ supply }) => supply.point.ratio);
    expect(await current(MARCH - 1)).toEqual([undefined]);
    expect(await current(JUNE - 1)).toEqual([{ current: 1, voltage: 1 }]);
    expect(await current(JUNE)).toEqual([{ current: 40, voltage: 1 }]);
    const page = await store.read('supplies', { at: instantOf(JUNE), limit: 1, cursor: 'zz' });
    expect(page).toEqual({ items: [], nextCursor: undefined });
  });
});
