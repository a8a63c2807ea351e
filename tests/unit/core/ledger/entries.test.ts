import { describe, expect, test } from 'vitest';
import { accruedOf, availableOf } from '../../../../src/core/ledger/accrued.ts';
import { OWN_MONEY_ONLY } from '../../../../src/core/ledger/buckets.ts';
import { chargeEntry, paymentEntry, reversalEntry } from '../../../../src/core/ledger/entries.ts';
import type { Accrual, ComponentSum } from '../../../../src/core/model/accrual.ts';
import { chargesBeside, chargesOf } from '../../../../src/core/model/charge-key.ts';
import type { JournalEntry } from '../../../../src/core/model/journal.ts';
import { asId } from '../../../../src/kernel/ids.ts';
import { openAccrual, rated } from '../../../support/accruals.ts';
import { EVENING, kwh, POINT, yuan, yuanPerKwh } from '../../../support/core-facts.ts';

const stamp = (id: string) => ({ id: asId<JournalEntry['id']>(id), at: EVENING, actor: asId<JournalEntry['actor']>('system:metering') });
const line = (component: string, quantity: string, price: string): ComponentSum => rated(component, kwh(quantity), yuanPerKwh(price));
const accrualOf = (lines: readonly ComponentSum[], more: Partial<Accrual> = {}): Accrual => openAccrual({ rated: lines, ...more });
const sumOf = ({ postings }: JournalEntry) => postings.reduce((sum, { amount }) => sum + amount, 0n);
const amounts = (entry: JournalEntry | undefined) =>
  Object.fromEntries((entry?.postings ?? []).map(({ account, amount }) => [account, amount]));

describe('a payment', () => {
  test('credits the customer against the channel’s cash, keyed by the channel’s own serial', () => {
    const entry = paymentEntry(stamp('ent_1'), {
      accountId: POINT.accountId,
      amount: yuan('20.00'),
      channel: 'bank',
      channelSerial: '0001',
      channelDate: '2026-11-24',
    });
    expect(entry.key).toBe('payment:bank:2026-11-24:0001');
    expect(amounts(entry)).toEqual({ 'customer:a1': 20_000_000n, 'cash:bank': -20_000_000n });
    expect(sumOf(entry)).toBe(0n);
  });
});

describe('a charge', () => {
  test('has a key that begins like those of its period and ends with its day and revision', () => {
    const { key } = chargeEntry(stamp('ent_1'), accrualOf([line('energy', '1.23', '0.5')]))?.entry ?? { key: '' };
    expect(key).toBe('charge:p1:2026-11-01T00:00:00.000Z:2026-11-24:0');
    expect(chargesBeside(key)).toBe('charge:p1:2026-11-01T00:00:00.000Z:');
    expect(chargesOf(POINT.id, '2026-11-01T00:00:00.000Z')).toBe('charge:p1:2026-11-01T00:00:00.000Z:');
  });

  test('takes whole fen from the customer and leaves the rest to the rounding account', () => {
    // 1.23 kWh × 0.5 = 0.615 yuan: 0.62 from the customer, 0.615 earned, 0.005 rounded up.
    const charged = chargeEntry(stamp('ent_1'), accrualOf([line('energy', '1.23', '0.5')]));
    expect(amounts(charged?.entry)).toEqual({ 'customer:a1': -620_000n, 'revenue:energy': 615_000n, rounding: 5_000n });
    expect(charged?.entry.key).toBe('charge:p1:2026-11-01T00:00:00.000Z:2026-11-24:0');
    expect(charged?.accrual).toMatchObject({
      revision: 1,
      accrued: 0n,
      posted: [{ component: 'energy', customer: 620_000n, revenue: 615_000n }],
    });
  });

  test('rounds down with a negative posting to the rounding account', () => {
    // 1.21 kWh × 0.5 = 0.605 → 0.61; 1.20888 × 0.5 = 0.60444 → 0.60.
    const charged = chargeEntry(stamp('ent_1'), accrualOf([line('energy', '1.20888', '0.5')]));
    expect(amounts(charged?.entry)).toEqual({ 'customer:a1': -600_000n, 'revenue:energy': 604_440n, rounding: -4_440n });
  });

  test('rounds each bill line by itself', () => {
    // 0.005 and 0.005 yuan: a fen each, not a fen together.
    const charged = chargeEntry(stamp('ent_1'), accrualOf([line('energy:peak', '0.01', '0.5'), line('energy:valley', '0.02', '0.25')]));
    expect(amounts(charged?.entry)).toEqual({
      'customer:a1': -20_000n,
      'revenue:energy:peak': 5_000n,
      'revenue:energy:valley': 5_000n,
      rounding: 10_000n,
    });
  });

  test('posts only the difference to what is posted, and its revisions add up to the cumulative rounded once', () => {
    const first = chargeEntry(stamp('ent_1'), accrualOf([line('energy', '0.01', '0.5')]));
    const second = chargeEntry(
      stamp('ent_2'),
      accrualOf([line('energy', '0.02', '0.5')], { posted: first?.accrual.posted ?? [], revision: first?.accrual.revision ?? 0 }),
    );
    expect(amounts(first?.entry)).toEqual({ 'customer:a1': -10_000n, 'revenue:energy': 5_000n, rounding: 5_000n });
    expect(amounts(second?.entry)).toEqual({ 'revenue:energy': 5_000n, rounding: -5_000n });
    expect(second?.entry.key).toBe('charge:p1:2026-11-01T00:00:00.000Z:2026-11-24:1');
  });

  test('a thousand tiny entries charge exactly what one entry charges', () => {
    let posted: Accrual['posted'] = [];
    let customer = 0n;
    let rounding = 0n;
    for (let step = 1; step <= 1000; step++) {
      const quantity = `0.${String(step).padStart(6, '0')}`;
      const charged = chargeEntry(stamp(`ent_${step}`), accrualOf([line('energy', quantity, '7.77777777')], { posted }));
      if (charged === undefined) continue;
      expect(sumOf(charged.entry)).toBe(0n);
      posted = charged.accrual.posted;
      customer += amounts(charged.entry)['customer:a1'] ?? 0n;
      rounding += amounts(charged.entry).rounding ?? 0n;
    }
    // 0.001 kWh × 7.77777777 = 0.00777777777 yuan: one fen; the rounding account has 0.01 − 0.007778.
    expect(customer).toBe(-10_000n);
    expect(rounding).toBe(2_222n);
  });

  test('posts nothing where nothing has moved', () => {
    const first = chargeEntry(stamp('ent_1'), accrualOf([line('energy', '1.23', '0.5')]));
    expect(first && chargeEntry(stamp('ent_2'), first.accrual)).toBeUndefined();
    expect(chargeEntry(stamp('ent_3'), accrualOf([line('energy', '0', '0.5')]))).toBeUndefined();
  });

  test('gives back where a correction made the use smaller', () => {
    const posted = [{ component: 'energy', customer: yuan('0.62'), revenue: yuan('0.615') }];
    const charged = chargeEntry(stamp('ent_1'), accrualOf([line('energy', '1', '0.5')], { posted, revision: 3 }));
    expect(amounts(charged?.entry)).toEqual({ 'customer:a1': 120_000n, 'revenue:energy': -115_000n, rounding: -5_000n });
    expect(charged?.entry.key.endsWith(':3')).toBe(true);
  });
});

describe('a reversal', () => {
  test('turns every posting round and names what it undoes', () => {
    const charged = chargeEntry(stamp('ent_1'), accrualOf([line('energy', '1.23', '0.5')]));
    const undone = charged && reversalEntry(stamp('ent_2'), charged.entry);
    expect(amounts(undone)).toEqual({ 'customer:a1': 620_000n, 'revenue:energy': -615_000n, rounding: -5_000n });
    expect(undone).toMatchObject({ kind: 'reversal', key: 'reversal:ent_1', reverses: 'ent_1' });
  });
});

describe('what is left', () => {
  test('is the balance without what is held and what is accrued', () => {
    expect(availableOf({ balance: yuan('20'), held: yuan('3'), accrued: yuan('17.01'), funds: OWN_MONEY_ONLY })).toBe(-10_000n);
  });

  test('is more by promotional credit and by what is left of emergency credit', () => {
    const funds = { ...OWN_MONEY_ONLY, promotion: yuan('5'), emergencyLimit: yuan('10'), emergency: yuan('-4') };
    expect(availableOf({ balance: yuan('20'), held: yuan('3'), accrued: yuan('17.01'), funds })).toBe(10_990_000n);
  });

  test('accrued is rated so far without what is posted', () => {
    const posted = [{ component: 'energy', customer: yuan('0.60'), revenue: yuan('0.600001') }];
    expect(accruedOf([line('energy', '1.23', '0.5')], posted)).toBe(20_000n);
  });
});
