import { describe, expect, test } from 'vitest';
import type { Fact } from '../../../../../src/core/model/fact.ts';
import { ACTIVE_POWER } from '../../../../../src/core/model/register.ts';
import { asId } from '../../../../../src/kernel/ids.ts';
import { power } from '../../../../../src/kernel/units.ts';
import { parseAccrual } from '../../../../../src/store/sqlite/encoding/accrual-text.ts';
import { decodeBatches, encodeBatches, type Handover } from '../../../../../src/store/sqlite/encoding/batch-encoding.ts';
import {
  accrual,
  archive,
  chargeEntry,
  held,
  holdEnd,
  moveOf,
  paymentFacts,
  recharge,
  rechargeSteps,
  reversalOf,
} from '../../../../contract/store-facts.ts';
import { commandOf, EVENING, METER, readingOf } from '../../../../support/core-facts.ts';

const facts: readonly Fact[] = [
  ...archive,
  ...paymentFacts('1', '92233720368.54'),
  { kind: 'entry', entry: chargeEntry },
  { kind: 'entry', entry: reversalOf(chargeEntry) },
  held(),
  holdEnd({ state: 'posted', entryId: asId('ent_1') }),
  { kind: 'reading', reading: readingOf('0.000001', EVENING, { quality: 'suspect', reason: '电表' }) },
  { kind: 'accrual', accrual },
  { kind: 'telemetry', meterId: METER.id, register: ACTIVE_POWER, at: EVENING, value: power(-1n) },
  { kind: 'command', command: commandOf({ decisionId: asId('dec_1') }) },
  moveOf('queued', 'sent'),
  { kind: 'recharge', recharge },
  ...rechargeSteps,
];

describe('batches on their way to the writer', () => {
  test.each(facts.map((fact) => ({ kind: fact.kind, fact })))('$kind arrives as it left', ({ fact }) => {
    const crossed = decodeBatches(encodeBatches({ at: EVENING, batches: [{ facts: [fact] }] }));
    expect(whole(crossed)).toEqual({ at: EVENING, batches: [{ facts: [fact] }] });
  });

  test('keep their order and what they expect', () => {
    const batches = [{ facts: [], expect: [{ subject: 'account:a', version: 3 }] }, { facts }, { facts: [], expect: [] }];
    expect(whole(decodeBatches(encodeBatches({ at: EVENING, batches })))).toEqual({ at: EVENING, batches });
  });
});

/** With the accruals that their texts tell. */
const whole = ({ at, batches }: Handover): Handover => ({
  at,
  batches: batches.map((batch) => ({
    ...batch,
    facts: batch.facts.map((fact) =>
      'text' in fact ? { kind: 'accrual', accrual: { ...parseAccrual(fact.text), ...fact.accrual } } : fact,
    ),
  })),
});
