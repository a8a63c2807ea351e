import { describe, expect, test } from 'vitest';
import { agreementOf } from '../../../../src/core/archive/agreement.ts';
import { missingOf } from '../../../../src/core/archive/completeness.ts';
import { type ExceptionList, exceptionsOf } from '../../../../src/core/archive/exceptions.ts';
import type { AspectValues, Supply } from '../../../../src/core/model/archive.ts';
import { CONTRACT_ASPECTS, CUSTOMER_ASPECTS, sealedText, supplyOf } from '../../../support/archive-facts.ts';

const termsOf = (more: Partial<AspectValues['terms']>) => ({ contract: { terms: { ...CONTRACT_ASPECTS.terms, ...more } } });
const large = { point: { capacity: { voltAmperes: 100_000 } } };
const listed = (list: ExceptionList, supply: Supply) => exceptionsOf(list, supply).length > 0;

describe('a complete supply', () => {
  test('lacks nothing and is on no list', () => {
    const supply = supplyOf();
    expect(missingOf(supply)).toEqual([]);
    expect((['incomplete', 'large-without-prepay', 'temporary-without-cover'] as const).map((list) => listed(list, supply))).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('is a ground for a trip', () => {
    expect(agreementOf(supplyOf(), false)).toEqual({ held: true, proof: 'fee-control agreement FK-1 of contract ht1' });
  });
});

describe('what is missing', () => {
  const bare = { contract: { terms: { temporary: false } } };
  test('is named field by field, each with what to do', () => {
    expect(missingOf(supplyOf(bare)).map(({ field }) => field)).toEqual([
      'contract.settlementMethod',
      'contract.settlementTime',
      'contract.breachLiability',
    ]);
    expect(missingOf({ point: {}, contractId: undefined, contract: {}, customerId: undefined, customer: {} })).toHaveLength(11);
  });

  test('counts only contacts that work', () => {
    const [mobile] = CUSTOMER_ASPECTS.contacts.contacts;
    const dead = { channel: 'phone', address: sealedText('x'), working: false } as const;
    expect(missingOf(supplyOf({ customer: { contacts: { contacts: [mobile, dead] } } })).map(({ field }) => field)).toEqual([
      'customer.contacts',
    ]);
  });

  test('leaves no ground for a trip, whatever the configuration says', () => {
    expect(agreementOf(supplyOf(bare), true)).toEqual({
      held: false,
      proof: 'contract ht1 is incomplete: no settlement method, no settlement time, no breach liability',
    });
  });
});

describe('the agreement', () => {
  test('is the one of the contract where the archive holds one', () => {
    const { feeControl: _, ...contract } = CONTRACT_ASPECTS;
    expect(agreementOf({ ...supplyOf(), contract }, true)).toEqual({
      held: false,
      proof: 'contract ht1 has no fee-control agreement in force',
    });
  });

  test('is the flag of the configuration where it holds none', () => {
    const none: Supply = { point: {}, contractId: undefined, contract: {}, customerId: undefined, customer: {} };
    expect([agreementOf(none, true).held, agreementOf(none, false).held]).toEqual([true, false]);
  });
});

test.each([
  ['after-reading', true],
  ['instalments', false],
  ['prepay', false],
] as const)('100 kVA that settles by %s is listed: %s', (settlementMethod, isListed) => {
  expect(listed('large-without-prepay', supplyOf({ ...large, ...termsOf({ settlementMethod }) }))).toBe(isListed);
});

test('a volt-ampere less is not large', () => {
  const almost = supplyOf({ point: { capacity: { voltAmperes: 99_999 } }, ...termsOf({ settlementMethod: 'after-reading' }) });
  expect(listed('large-without-prepay', almost)).toBe(false);
});

test.each([
  ['after-reading', undefined, true],
  ['instalments', undefined, true],
  ['prepay', undefined, false],
  ['after-reading', { form: 'deposit', amount: '5000.00' }, false],
] as const)('a temporary supply that settles by %s with guarantee %j is listed: %s', (settlementMethod, guarantee, isListed) => {
  const { contract } = termsOf({ settlementMethod, temporary: true });
  const supply = supplyOf({ contract: guarantee === undefined ? contract : { ...contract, guarantee } });
  expect(listed('temporary-without-cover', supply)).toBe(isListed);
});
