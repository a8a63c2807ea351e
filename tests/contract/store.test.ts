import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OWN_MONEY_ONLY } from '../../src/core/ledger/buckets.ts';
import type { ApiKey } from '../../src/core/model/api-key.ts';
import type { Fact } from '../../src/core/model/fact.ts';
import { cashAccount } from '../../src/core/model/journal.ts';
import { ENERGY_TOTAL, energyOfRate } from '../../src/core/model/register.ts';
import { type Instant, instantOf, plusMs } from '../../src/kernel/clock.ts';
import { type AccountId, type Actor, asId, type CommandId, type MeterId, type MeterPointId } from '../../src/kernel/ids.ts';
import type { BusinessDay } from '../../src/kernel/local-time.ts';
import { power } from '../../src/kernel/units.ts';
import { openSqliteStore, type SqliteStore } from '../../src/store/sqlite/index.ts';
import { commandOf, EVENING, METER, noticeOf, POINT, readingOf, reportOf, yuan } from '../support/core-facts.ts';
import { createManualClock } from '../support/manual-clock.ts';
import {
  ACCOUNT,
  accrual,
  archive,
  CUSTOMER,
  chargeEntry,
  decision,
  factsOf,
  given,
  held,
  holdEnd,
  moveOf,
  openCase,
  paymentEntryOf,
  paymentFacts,
  recharge,
  rechargeStep,
  rechargeSteps,
  reversalOf,
  versionOf,
} from './store-facts.ts';

const later = (seconds: number) => plusMs(EVENING, seconds * 1_000);

describe.each([
  { kind: 'in memory', inMemory: true },
  { kind: 'on disk', inMemory: false },
])('a store $kind', ({ inMemory }) => {
  let store: SqliteStore;
  let dataDir: string;

  beforeEach(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'feikong-store-'));
    store = await openSqliteStore({ dataDir, clock: createManualClock(EVENING), inMemory });
  });
  afterEach(async () => {
    await store.close();
    rmSync(dataDir, { recursive: true });
  });

  describe('the archive', () => {
    test('comes back as it was stored', async () => {
      await given(store, ...archive);
      expect(await store.read('archive', {})).toEqual({
        accounts: [{ id: ACCOUNT, state: 'open' }],
        meterPoints: [POINT],
        meters: [METER],
      });
      const view = {
        meter: METER,
        meterPoint: POINT,
        latestReadings: [],
        relay: expect.objectContaining({ reported: 'unknown', desired: undefined }),
      };
      expect(await store.read('meter', { meterId: METER.id })).toEqual(view);
      expect(await store.read('meters', { limit: 10, lineId: METER.lineId })).toEqual({ items: [view], nextCursor: undefined });
      expect(await store.read('meters', { limit: 10, lineId: 'elsewhere' })).toEqual({ items: [], nextCursor: undefined });
    });

    test('changes nothing and raises nothing where it is equal', async () => {
      await given(store, ...archive);
      await given(store, ...archive);
      expect(await store.read('events', { after: 0, limit: 100 })).toHaveLength(3);
      expect(await versionOf(store, `meter:${METER.id}`)).toBe(1);
      await given(store, { kind: 'meter', meter: { ...METER, address: '000000000002' } });
      expect(await versionOf(store, `meter:${METER.id}`)).toBe(2);
      expect(await versionOf(store, `meterPoint:${POINT.id}`)).toBe(1);
    });
  });

  describe('money', () => {
    beforeEach(() => given(store, ...archive));

    test('is posted with the balance after it', async () => {
      const outcome = await store.commit({ facts: paymentFacts('1', '100.00') });
      expect(outcome).toEqual({ status: 'committed', balances: new Map([[CUSTOMER, yuan('100')]]) });
      await given(store, ...paymentFacts('2', '20.50'));
      expect(await store.read('payment', { paymentId: asId('pay_2') })).toMatchObject({
        amount: yuan('20.50'),
        balanceAfter: yuan('120.50'),
      });
      const asked = { channel: 'bank', channelSerial: '1', channelDate: '2026-11-24', accountId: POINT.accountId };
      const first = expect.objectContaining({ id: 'pay_1', balanceAfter: yuan('100'), restoreCommandId: undefined });
      const account = { meterPointId: POINT.id };
      expect(await store.read('paymentGround', { ...asked, idempotencyKey: 'key-1' })).toEqual({
        keyed: { payment: first },
        ofSerial: first,
        account,
      });
      expect(await store.read('paymentGround', { ...asked, idempotencyKey: 'key-9' })).toEqual({
        keyed: undefined,
        ofSerial: first,
        account,
      });
      const unknown = { ...asked, idempotencyKey: 'key-9', channelDate: '2026-11-25', accountId: asId<AccountId>('acc-none') };
      expect(await store.read('paymentGround', unknown)).toEqual({ keyed: undefined, ofSerial: undefined, account: undefined });
      expect(await store.read('idempotencyKey', { key: 'key-1' })).toEqual({ fingerprint: '1 100.00', resource: 'payment:pay_1' });
    });

    test('is listed newest first, page by page, with the balance after each entry', async () => {
      await given(store, ...paymentFacts('1', '100.00'), { kind: 'entry', entry: chargeEntry });
      await given(store, ...paymentFacts('2', '20.00'));
      const first = await store.read('entries', { account: CUSTOMER, limit: 2 });
      expect(first.items.map(({ id, balanceAfter }) => [id, balanceAfter])).toEqual([
        ['ent_2', yuan('118.33')],
        ['ent_charge', yuan('98.33')],
      ]);
      expect(first.items[1]).toMatchObject(chargeEntry);
      const rest = await store.read('entries', { account: CUSTOMER, limit: 2, cursor: first.nextCursor });
      expect(rest.items.map(({ id, balanceAfter }) => [id, balanceAfter])).toEqual([['ent_1', yuan('100')]]);
      expect(rest.nextCursor).toBeUndefined();
      expect(
        (await store.read('entries', { account: cashAccount('bank'), limit: 9 })).items.map(({ balanceAfter }) => balanceAfter),
      ).toEqual([yuan('-120'), yuan('-100')]);
      expect(await store.read('entries', { account: cashAccount('nobody'), limit: 9 })).toEqual({ items: [], nextCursor: undefined });
    });

    test('counts two postings of one entry to one account as one entry', async () => {
      const { postings, ...entry } = paymentEntryOf('1', '10');
      await given(store, { kind: 'entry', entry: paymentEntryOf('0', '1') });
      await given(store, { kind: 'entry', entry: { ...entry, postings: [...postings, ...postings] } });
      const ids = (await store.read('entries', { account: CUSTOMER, limit: 9 })).items.map(({ seq, balanceAfter }) => [seq, balanceAfter]);
      expect(ids[0]).toEqual([5, yuan('21')]);
      expect(ids.at(-1)).toEqual([4, yuan('1')]);
    });

    test.each([
      { again: 'idempotency key', facts: paymentFacts('2', '7', 'key-1'), key: { kind: 'idempotency-key', key: 'key-1' } },
      { again: 'channel serial', facts: paymentFacts('1', '7', 'key-2'), key: { kind: 'channel-serial', key: 'bank/2026-11-24/1' } },
      {
        again: 'entry key',
        facts: [{ kind: 'entry', entry: paymentEntryOf('1', '7') } as Fact],
        key: { kind: 'entry-key', key: 'payment:bank:2026-11-24:1' },
      },
    ])('is refused by its $again the second time, for ever', async ({ facts, key }) => {
      await given(store, ...paymentFacts('1', '100.00'));
      expect(await store.commit({ facts })).toEqual({ status: 'duplicate', key });
      expect((await store.read('account', { accountId: ACCOUNT }))?.balance).toBe(yuan('100'));
    });

    test('names the caller’s key first where several were used before', async () => {
      await given(store, ...paymentFacts('1', '100.00'));
      expect(await store.commit({ facts: paymentFacts('1', '100.00') })).toEqual({
        status: 'duplicate',
        key: { kind: 'idempotency-key', key: 'key-1' },
      });
    });

    test('is reversed at most once', async () => {
      await given(store, { kind: 'entry', entry: chargeEntry });
      await given(store, { kind: 'entry', entry: reversalOf(chargeEntry) });
      expect((await store.read('account', { accountId: ACCOUNT }))?.balance).toBe(yuan('0'));
      expect(await store.commit({ facts: [{ kind: 'entry', entry: reversalOf(chargeEntry, 'ent_again') }] })).toEqual({
        status: 'duplicate',
        key: { kind: 'reversal', key: 'ent_charge' },
      });
    });

    test('that does not balance is a broken promise of that batch alone', async () => {
      const entry = { ...paymentEntryOf('1', '1'), postings: [{ account: CUSTOMER, amount: yuan('1') }] };
      const [bad, good] = await Promise.allSettled([
        store.commit({ facts: [{ kind: 'entry', entry }] }),
        store.commit({ facts: paymentFacts('2', '2') }),
      ]);
      expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'entry-unbalanced' } });
      expect(good).toMatchObject({ status: 'fulfilled', value: { status: 'committed' } });
      expect((await store.read('account', { accountId: ACCOUNT }))?.balance).toBe(yuan('2'));
    });

    test('that is held is not available until its hold ends, once', async () => {
      await given(store, ...archive, ...paymentFacts('1', '5.00'), held());
      expect((await store.read('account', { accountId: ACCOUNT }))?.held).toBe(yuan('5'));
      const ended = holdEnd({ state: 'voided' });
      await given(store, ended);
      expect((await store.read('account', { accountId: ACCOUNT }))?.held).toBe(yuan('0'));
      expect(await store.commit({ facts: [ended] })).toEqual({ status: 'conflict', subject: 'hold:hold_1' });
    });

    test('is held only where so much is available: balance less holds less what is accrued', async () => {
      // 20.00 − 1.67 accrued − 5.00 held leaves 13.33.
      await given(store, ...archive, ...paymentFacts('1', '20.00'), { kind: 'accrual', accrual }, held());
      const more = (id: string, amount: string) => store.commit({ facts: [held({ id: asId(id), amount: yuan(amount) })] });
      expect(await more('hold_2', '13.34')).toEqual({ status: 'conflict', subject: 'funds:a1' });
      expect(await more('hold_3', '13.33')).toMatchObject({ status: 'committed' });
      expect(await more('hold_4', '0.01')).toEqual({ status: 'conflict', subject: 'funds:a1' });
    });

    test('that two ask for at once is held once', async () => {
      await given(store, ...archive, ...paymentFacts('1', '8.00'));
      const outcomes = await Promise.all(['hold_1', 'hold_2'].map((id) => store.commit({ facts: [held({ id: asId(id) })] })));
      expect(outcomes.map(({ status }) => status)).toEqual(['committed', 'conflict']);
    });

    test('that comes in with the same batch may be held by it', async () => {
      await given(store, ...archive);
      expect(await store.commit({ facts: [...paymentFacts('1', '5.00'), held()] })).toMatchObject({ status: 'committed' });
    });

    test('shows every move of an account from its first on', async () => {
      await given(store, ...archive, ...paymentFacts('1', '100.00'), { kind: 'entry', entry: chargeEntry }, ...paymentFacts('2', '50.00'));
      const within = (from: Instant, to: Instant) => store.read('accountMoves', { account: CUSTOMER, from, to });
      const { moves } = await within(instantOf(0), plusMs(EVENING, 86_400_000));
      expect(moves.map(({ kind, amount }) => [kind, amount])).toEqual([
        ['payment', yuan('100')],
        ['charge', yuan('-1.67')],
        ['payment', yuan('50')],
      ]);
      expect(await store.read('accountMoves', { account: cashAccount('nobody'), from: instantOf(0), to: EVENING })).toEqual({
        opening: 0n,
        moves: [],
      });
    });

    test('shows accounts page by page, with what is accrued', async () => {
      await given(store, { kind: 'account', account: { id: asId('a2'), state: 'closed' } }, { kind: 'accrual', accrual });
      const first = await store.read('accounts', { limit: 1 });
      expect(first.items).toEqual([
        {
          account: { id: ACCOUNT, state: 'open' },
          meterPointId: POINT.id,
          balance: yuan('0'),
          funds: OWN_MONEY_ONLY,
          held: yuan('0'),
          accrued: yuan('1.67'),
        },
      ]);
      const rest = await store.read('accounts', { limit: 1, cursor: first.nextCursor });
      expect(rest.items.map(({ account, meterPointId }) => [account.state, meterPointId])).toEqual([['closed', undefined]]);
      expect(rest.nextCursor).toBeUndefined();
    });
  });

  describe('a batch', () => {
    beforeEach(() => given(store, ...archive));

    test('is stored together or not at all', async () => {
      await given(store, ...paymentFacts('1', '1'));
      const facts: Fact[] = [
        { kind: 'reading', reading: readingOf('5', EVENING) },
        { kind: 'account', account: { id: asId('new'), state: 'open' } },
        ...paymentFacts('1', '1'),
      ];
      expect((await store.commit({ facts })).status).toBe('duplicate');
      expect((await store.read('readings', { meterId: METER.id, limit: 9 })).items).toEqual([]);
      expect(await store.read('account', { accountId: asId('new') })).toBeUndefined();
    });

    test('sees those before it, and a refused one doesn’t sink the others', async () => {
      const outcomes = await Promise.all([
        store.commit({ facts: paymentFacts('1', '1') }),
        store.commit({ facts: paymentFacts('1', '1') }),
        store.commit({ facts: [moveOf('queued', 'cancelled')] }),
        store.commit({ facts: paymentFacts('2', '2') }),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['committed', 'duplicate', 'conflict', 'committed']);
      expect(outcomes[3]).toMatchObject({ balances: new Map([[CUSTOMER, yuan('3')]]) });
      const seqs = (await store.read('events', { after: 0, limit: 99 })).map(({ seq }) => seq);
      expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    });

    test('is a conflict where something that it expects has moved', async () => {
      const { versions } = await factsOf(store);
      expect(versions).toEqual([
        { subject: `account:${ACCOUNT}`, version: 1 },
        { subject: `accrual:${POINT.id}`, version: 0 },
        { subject: `meterPoint:${POINT.id}`, version: 1 },
        { subject: `meter:${METER.id}`, version: 1 },
        { subject: 'site', version: 0 },
        { subject: 'limiter', version: 0 },
      ]);
      await given(store, ...paymentFacts('1', '1'));
      expect(await store.commit({ facts: [{ kind: 'command', command: commandOf() }], expect: versions })).toEqual({
        status: 'conflict',
        subject: `account:${ACCOUNT}`,
      });
      const { versions: fresh } = await factsOf(store);
      expect((await store.commit({ facts: [{ kind: 'command', command: commandOf() }], expect: fresh })).status).toBe('committed');
    });

    test('is a broken promise where it uses an id twice', async () => {
      await given(store, { kind: 'command', command: commandOf() });
      await expect(store.commit({ facts: [{ kind: 'command', command: commandOf() }] })).rejects.toMatchObject({
        code: 'invariant-violated',
      });
    });
  });

  test('raises the versions that each fact moves, and no other', async () => {
    const trip = commandOf();
    const actor = asId<Actor>('x');
    const rows: readonly (readonly [fact: Fact, ...subjects: string[]])[] = [
      [{ kind: 'entry', entry: chargeEntry }, 'account:a1'],
      [{ kind: 'entry', entry: paymentEntryOf('9', '100.00') }, 'account:a1'],
      [held(), 'account:a1'],
      [holdEnd({ state: 'expired' }), 'account:a1'],
      [{ kind: 'account', account: { id: ACCOUNT, state: 'closed' } }, 'account:a1'],
      [{ kind: 'accrual', accrual }, 'accrual:p1'],
      [{ kind: 'meterPoint', meterPoint: { ...POINT, keepPower: true } }, 'meterPoint:p1'],
      [{ kind: 'meter', meter: { ...METER, address: '000000000009' } }, 'meter:m1'],
      [{ kind: 'relayDesired', meterId: METER.id, desired: 'open', at: EVENING }, 'meter:m1'],
      [{ kind: 'command', command: trip }, 'meter:m1'],
      [{ kind: 'command', command: { ...trip, id: asId('cmd_close'), action: 'close' } }, 'meter:m1'],
      [moveOf('queued', 'suspended'), 'meter:m1'],
      [moveOf('suspended', 'queued'), 'meter:m1'],
      [moveOf('queued', 'sent'), 'meter:m1', 'limiter'],
      [moveOf('queued', 'sent', { commandId: asId('cmd_close') }), 'meter:m1'],
      [{ kind: 'mark', mark: { subject: 'site', kind: 'clock-jumped', since: EVENING, actor, reason: 'r' } }, 'site'],
      [{ kind: 'mark', mark: { subject: 'meterPoint:p1', kind: 'lock-out', since: EVENING, actor, reason: 'crew' } }, 'meterPoint:p1'],
      [{ kind: 'markLifted', subject: 'meterPoint:p1', mark: 'lock-out', at: EVENING, actor }, 'meterPoint:p1'],
      [{ kind: 'markLifted', subject: 'meterPoint:p1', mark: 'lock-out', at: EVENING, actor }],
      [{ kind: 'reading', reading: readingOf('1', EVENING) }],
      [{ kind: 'relayReport', meterId: METER.id, report: reportOf('open'), loadSide: 'agrees' }],
      [{ kind: 'notice', notice: noticeOf('low-balance') }],
      [{ kind: 'decision', decision }],
      [{ kind: 'case', case: openCase }],
      [{ kind: 'audit', at: EVENING, actor, action: 'a', subject: 's', outcome: 'done', detail: '' }],
    ];
    await given(store, ...archive);
    for (const [fact, ...subjects] of rows) {
      const before = new Map((await factsOf(store)).versions.map(({ subject, version }) => [subject, version]));
      await given(store, fact);
      const raised = (await factsOf(store)).versions.filter(({ subject, version }) => version !== before.get(subject));
      expect([fact.kind, raised.map(({ subject }) => subject)]).toEqual([fact.kind, subjects]);
    }
  });

  describe('metering', () => {
    beforeEach(() => given(store, ...archive));

    test('keeps readings newest first, by register and time, page by page', async () => {
      const rate1 = readingOf('3', later(1), { register: energyOfRate(1) });
      const readings = [readingOf('1', later(0)), rate1, readingOf('2', later(2)), readingOf('4', later(3))];
      await given(store, ...readings.map((reading): Fact => ({ kind: 'reading', reading })));
      const [first, , third, fourth] = readings;
      expect((await store.read('readings', { meterId: METER.id, limit: 9, register: ENERGY_TOTAL })).items).toEqual([fourth, third, first]);
      expect((await store.read('readings', { meterId: METER.id, limit: 9, from: later(1), to: later(2) })).items).toEqual([third, rate1]);
      const page = await store.read('readings', { meterId: METER.id, limit: 3 });
      expect(page.items).toEqual([fourth, third, rate1]);
      expect((await store.read('readings', { meterId: METER.id, limit: 3, cursor: page.nextCursor })).items).toEqual([first]);
    });

    test('knows the newest reading of each register, and the good one behind a bad one', async () => {
      const good = readingOf('1', later(1));
      const bad = readingOf('999', later(2), { quality: 'rejected', reason: 'not believable' });
      const filledIn = readingOf('0.5', later(0));
      await given(store, ...[good, bad, filledIn].map((reading): Fact => ({ kind: 'reading', reading })));
      expect((await factsOf(store)).latestReadings).toEqual([bad, good]);
      expect((await store.read('meter', { meterId: METER.id }))?.latestReadings).toEqual([bad]);
    });

    test('keeps the open period exactly', async () => {
      await given(store, { kind: 'accrual', accrual });
      expect((await factsOf(store)).accrual).toEqual(accrual);
      expect(await store.read('unpostedAccruals', { before: '2026-11-25' as BusinessDay, after: '', limit: 10 })).toEqual([
        { accrual, version: 1 },
      ]);
      expect(await store.read('unpostedAccruals', { before: '2026-11-24' as BusinessDay, after: '', limit: 10 })).toEqual([]);
      expect(await store.read('dueAccruals', { now: accrual.nextBillAt, limit: 10 })).toEqual([accrual]);
      expect(await store.read('dueAccruals', { now: plusMs(accrual.nextBillAt, -1), limit: 10 })).toEqual([]);
    });

    test('believes the newest report of a relay, whichever is stored last; but none that is dated in the future', async () => {
      const reported = async (relay: 'open' | 'closed', readAt: Instant) => {
        await given(store, { kind: 'relayReport', meterId: METER.id, report: reportOf(relay, { readAt }), loadSide: 'agrees' });
        return (await factsOf(store)).relay.reported;
      };
      expect(await reported('open', EVENING)).toBe('open');
      expect(await reported('closed', plusMs(EVENING, -1))).toBe('open');
      expect(await reported('open', plusMs(EVENING, 3_600_000))).toBe('open');
      expect(await reported('closed', EVENING)).toBe('closed');
    });

    test('records a relay only when it changes', async () => {
      const report = (relay: 'open' | 'closed', at = EVENING): Fact => ({
        kind: 'relayReport',
        meterId: METER.id,
        report: reportOf(relay, { readAt: at }),
        loadSide: 'agrees',
      });
      await given(store, report('closed'));
      await given(store, report('closed', later(1)));
      await given(store, { kind: 'relayDesired', meterId: METER.id, desired: 'open', at: EVENING });
      await given(store, report('open', later(2)));
      expect((await factsOf(store)).relay).toEqual({
        meterId: METER.id,
        desired: 'open',
        reported: 'open',
        reportedAt: later(2),
        evidence: 'dlt645:04000503=open',
        keepPower: false,
        loadSide: 'agrees',
      });
      const changes = await store.read('events', { after: 0, limit: 9, types: ['relay.changed'] });
      expect(changes.map(({ data }) => [data.from, data.to])).toEqual([
        ['unknown', 'closed'],
        ['closed', 'open'],
      ]);
    });

    test('takes telemetry again and again', async () => {
      const fact: Fact = { kind: 'telemetry', meterId: METER.id, register: ENERGY_TOTAL, at: EVENING, value: power(1_500_000n) };
      await given(store, fact, fact);
      await given(store, fact);
      expect(await store.read('lastCommitAt', {})).toBe(EVENING);
    });
  });

  describe('fee control', () => {
    beforeEach(() => given(store, ...archive));

    test('keeps a command, its time line and its decision', async () => {
      const command = commandOf({ decisionId: decision.id });
      await given(store, { kind: 'decision', decision }, { kind: 'command', command });
      await given(store, moveOf('queued', 'sent', { evidence: 'closed' }));
      await given(store, moveOf('sent', 'unknown', { at: later(1) }));
      expect(await store.read('command', { commandId: command.id })).toEqual({
        command: { ...command, state: 'unknown', version: 3 },
        decision,
        moves: [
          { commandId: command.id, from: 'queued', to: 'sent', at: EVENING, reason: 'to sent', evidence: 'closed' },
          { commandId: command.id, from: 'sent', to: 'unknown', at: later(1), reason: 'to unknown', evidence: undefined },
        ],
      });
      expect((await store.read('openCommands', {})).map(({ id }) => id)).toEqual([command.id]);
      expect((await store.read('commands', { limit: 1, meterId: METER.id })).items).toHaveLength(1);
    });

    test('moves a command only from the state that it is in', async () => {
      await given(store, { kind: 'command', command: commandOf() });
      expect(await store.commit({ facts: [moveOf('sent', 'unknown')] })).toEqual({ status: 'conflict', subject: 'command:cmd_1' });
    });

    test('keeps a recharge and its time line, and settles its count once', async () => {
      await given(store, { kind: 'recharge', recharge }, ...rechargeSteps.slice(0, 2));
      const found = await store.read('recharge', { rechargeId: recharge.id });
      expect(found?.recharge).toEqual({ ...recharge, state: 'acknowledged', count: 4, version: 3 });
      expect(found?.moves).toMatchObject([
        { from: 'queued', to: 'sent', purse: { balance: yuan('30'), count: 3 } },
        { from: 'sent', to: 'acknowledged', purse: undefined },
      ]);
      expect((await store.read('openRecharges', {})).map(({ id }) => id)).toEqual([recharge.id]);
      await given(store, ...rechargeSteps.slice(2));
      expect(await store.read('openRecharges', {})).toEqual([]);
      expect((await store.read('recharges', { limit: 1, meterId: METER.id })).items).toMatchObject([
        { id: recharge.id, state: 'confirmed' },
      ]);
    });

    test('takes one open recharge of a meter, and moves it only from the state that it is in', async () => {
      await given(store, { kind: 'recharge', recharge });
      expect(await store.commit({ facts: [{ kind: 'recharge', recharge: { ...recharge, id: asId('rch_2') } }] })).toEqual({
        status: 'conflict',
        subject: `recharge:meter:${METER.id}`,
      });
      expect(await store.commit({ facts: [rechargeStep('sent', 'unknown')] })).toEqual({ status: 'conflict', subject: 'recharge:rch_1' });
    });

    test('remembers the opening that a restore must answer', async () => {
      await given(store, { kind: 'command', command: commandOf({ state: 'verifying' }) });
      expect((await factsOf(store)).lastOpening).toBeUndefined();
      await given(store, moveOf('verifying', 'confirmed'));
      expect((await factsOf(store)).lastOpening?.id).toBe('cmd_1');
      await given(store, { kind: 'command', command: commandOf({ id: asId('cmd_2'), action: 'close', state: 'verifying' }) });
      expect((await factsOf(store)).openCommands.map(({ id }) => id)).toEqual(['cmd_2']);
      await given(store, moveOf('verifying', 'confirmed', { commandId: asId('cmd_2') }));
      expect((await factsOf(store)).lastOpening).toBeUndefined();
    });

    test('counts other meter points that were tripped, by minute, feeder and day, each once', async () => {
      const neighbour = { ...POINT, id: asId<MeterPointId>('neighbour') };
      const hanging = { ...METER, id: asId<MeterId>('meter-neighbour'), meterPointId: neighbour.id };
      await given(store, { kind: 'meterPoint', meterPoint: neighbour }, { kind: 'meter', meter: hanging });
      const sizes = { metersOnFeeder: 2, meters: 2 };
      await given(store, { kind: 'command', command: commandOf() }, moveOf('queued', 'sent', { at: later(-30) }));
      expect((await factsOf(store)).limiter).toEqual({ sentLastMinute: 0, sentOnFeederToday: 0, sentToday: 0, ...sizes });
      const command = { ...commandOf(), id: asId<CommandId>('cmd-neighbour'), meterId: hanging.id, meterPointId: neighbour.id };
      const sent = (at: number) => moveOf('queued', 'sent', { commandId: command.id, at: later(at) });
      await given(store, { kind: 'command', command }, sent(-90));
      expect((await factsOf(store)).limiter).toEqual({ sentLastMinute: 0, sentOnFeederToday: 1, sentToday: 1, ...sizes });
      const back = (['unknown', 'verifying', 'queued'] as const).map((to, index, states) =>
        moveOf(index === 0 ? 'sent' : (states[index - 1] ?? 'sent'), to, { commandId: command.id }),
      );
      await given(store, ...back, sent(-10));
      expect((await factsOf(store)).limiter).toEqual({ sentLastMinute: 1, sentOnFeederToday: 1, sentToday: 1, ...sizes });
    });

    test('knows the meter that hangs at a point now, whatever it is called', async () => {
      await given(store, { kind: 'meter', meter: { ...METER, id: asId<MeterId>('a-replacement') } });
      expect((await factsOf(store)).meter.id).toBe('a-replacement');
      expect(await store.read('meter', { meterId: METER.id })).toBeUndefined();
    });

    test('hands out the notices of the newest descent, and queues each once', async () => {
      const queued = noticeOf('low-balance', { state: 'queued', settledAt: undefined, receipt: undefined, crossing: 2 });
      await given(store, { kind: 'notice', notice: noticeOf('stop-pending', { crossing: 1 }) }, { kind: 'notice', notice: queued });
      expect((await factsOf(store)).notices).toEqual([]);
      const crossing = { meterPointId: POINT.id, number: 2, below: true, at: EVENING };
      await given(store, { kind: 'crossing', crossing });
      expect(await factsOf(store)).toMatchObject({ crossing, notices: [queued] });
      expect(await store.read('queuedNotices', { limit: 9 })).toEqual([queued]);
      const settled: Fact = { kind: 'noticeSettled', noticeId: queued.id, state: 'delivered', at: later(5), receipt: 'sms-1' };
      await given(store, settled);
      await given(store, { ...settled, state: 'failed' });
      expect((await factsOf(store)).notices).toEqual([{ ...queued, state: 'delivered', settledAt: later(5), receipt: 'sms-1' }]);
      expect(await store.read('queuedNotices', { limit: 9 })).toEqual([]);
      expect(await store.read('events', { after: 0, limit: 9, types: ['notice.delivered', 'notice.failed'] })).toHaveLength(2);
    });

    test('keeps marks on all that a meter point hangs on until they are lifted', async () => {
      const mark = {
        subject: `account:${ACCOUNT}`,
        kind: 'protected',
        since: EVENING,
        actor: asId<Actor>('teller'),
        reason: 'hospital',
      } as const;
      await given(store, { kind: 'mark', mark }, { kind: 'mark', mark: { ...mark, subject: 'account:other' } });
      expect((await factsOf(store)).marks).toEqual([mark]);
      await given(store, { kind: 'markLifted', subject: mark.subject, mark: 'protected', at: later(1), actor: asId('teller') });
      expect((await factsOf(store)).marks).toEqual([]);
    });

    test('keeps a case open until it is closed', async () => {
      await given(store, { kind: 'case', case: openCase });
      expect((await factsOf(store)).openCases).toEqual([openCase]);
      expect((await store.read('cases', { open: true, limit: 9 })).items).toEqual([openCase]);
      await given(store, { kind: 'caseClosed', caseId: openCase.id, at: later(9), actor: asId('operator'), reason: 'done' });
      expect((await factsOf(store)).openCases).toEqual([]);
      expect((await store.read('cases', { open: false, limit: 9 })).items).toEqual([{ ...openCase, closedAt: later(9) }]);
    });
  });

  describe('records', () => {
    test('tell in order what happened, as readers of events get it', async () => {
      await given(store, ...archive, ...paymentFacts('1', '100.00'));
      await given(store, {
        kind: 'audit',
        at: later(1),
        actor: asId('teller'),
        action: 'login',
        subject: 'key:k1',
        outcome: 'denied',
        detail: 'no such key',
      });
      const events = await store.read('events', { after: 3, limit: 9 });
      expect(events.map(({ seq, type, subject }) => [seq, type, subject])).toEqual([
        [4, 'idempotency-key.used', 'payment:pay_1'],
        [5, 'payment.posted', 'account:a1'],
        [6, 'payment.received', 'account:a1'],
        [7, 'audit.denied', 'key:k1'],
      ]);
      expect(events[1]?.data).toMatchObject({
        paymentId: 'pay_1',
        accountId: 'a1',
        postings: [{ account: CUSTOMER, amount: '100.00' }, {}],
      });
      expect(events[3]).toMatchObject({ at: later(1), actor: 'teller', data: { action: 'login', detail: 'no such key' } });
      expect((await store.read('events', { after: 0, limit: 2, types: ['payment.posted', 'audit.denied'] })).map(({ seq }) => seq)).toEqual(
        [5, 7],
      );
      expect((await store.read('events', { after: 4, limit: 1 })).map(({ seq }) => seq)).toEqual([5]);
    });

    test('wake who listens', async () => {
      const heard: number[] = [];
      const stop = store.onCommitted((lastSeq) => heard.push(lastSeq));
      await given(store, ...archive);
      stop();
      await given(store, ...paymentFacts('1', '1'));
      expect(heard).toEqual([3]);
    });

    test('hold keys by their hash, without showing it', async () => {
      const made = { scopes: ['payments:write'], createdAt: EVENING } as const;
      const apiKey: ApiKey = { ...made, id: asId('k1'), name: asId('bank'), hash: 'abc', expiresAt: undefined };
      const ending: ApiKey = { ...made, id: asId('k2'), name: asId('guest'), hash: 'abd', expiresAt: later(60) };
      await given(store, { kind: 'apiKey', apiKey });
      await given(store, { kind: 'apiKey', apiKey: ending });
      expect(await store.read('apiKeyByHash', { hash: 'abc' })).toEqual(apiKey);
      expect(await store.read('apiKeyByHash', { hash: 'xyz' })).toBeUndefined();
      expect(await store.read('apiKeys', {})).toEqual([apiKey, ending]);
      expect(JSON.stringify(await store.read('events', { after: 0, limit: 9 }))).not.toContain('abc');
    });
  });

  test('sums up its figures', async () => {
    await given(store, ...archive, ...paymentFacts('1', '10'), {
      kind: 'command',
      command: commandOf({ action: 'arm', createdAt: later(-5) }),
    });
    expect(await store.read('figures', {})).toMatchObject({
      relaysUnknown: 1,
      openRestoresSince: [later(-5)],
      imbalance: 0n,
      noticesQueued: 0,
    });
    expect(await store.read('lastCommitAt', {})).toBe(EVENING);
  });

  test('knows nothing before the first commit', async () => {
    expect(await store.read('lastCommitAt', {})).toBeUndefined();
    expect(await store.read('meterPointFacts', { meterPointId: POINT.id, now: EVENING, dayStart: instantOf(0) })).toBeUndefined();
    expect(await store.read('account', { accountId: ACCOUNT })).toBeUndefined();
  });

  test('refuses a cursor that is none of its own', async () => {
    await expect(store.read('commands', { limit: 1, cursor: 'drop table' })).rejects.toMatchObject({ code: 'bad-request' });
  });
});
