import Type, { type Static } from 'typebox';
import type { BillStanding } from '../../core/collection/outstanding.ts';
import type { NumberedBill } from '../../core/model/issued-bill.ts';
import type { MonthCollection } from '../../core/services/collections.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { formatMoney } from '../../kernel/units.ts';
import { instant, listOf, oneOf, orNull, text, textOrNull, yuan } from './fields.ts';

const KINDS = ['instalment', 'bill', 'credit'] as const;
const Remark = Type.Object({
  reason: text('Why it is not final, as boundary-register-missing'),
  rule: text('The rule that was followed'),
  detail: text('For a person'),
});
const Line = Type.Object({
  component: text('As energy:peak, step:2, fund:renewable'),
  quantity: text('kWh, kVA or kW months, or the yuan that a power factor adjusts'),
  price: text('Yuan for one'),
  exact: yuan('Quantity × price, not rounded'),
  exactFraction: Type.Optional(text('The same where no decimal holds it')),
  amount: yuan('Rounded once to the fen, half away from zero'),
  sources: Type.Array(Type.String(), { description: 'Meters, registers and instants that the quantity comes from' }),
});

export const BillSchema = Type.Object(
  {
    number: text('Of the bill: without gaps, in the order of issue'),
    kind: oneOf(KINDS, 'An instalment asks for the use so far; a credit takes a bill back'),
    meterPointId: text('Where it was used'),
    accountId: text('Who pays'),
    contractId: textOrNull('His contract'),
    customerId: textOrNull('Himself'),
    tariff: text('The price plan'),
    from: instant('Where the period begins'),
    to: instant('The instant of the registers that it is billed at'),
    month: text('The month that it belongs to, as 2026-10'),
    issuedAt: instant('When it was issued'),
    dueOn: text('The last day on which it can be paid without a late fee'),
    lines: Type.Array(Line),
    billedBefore: yuan('What instalments of the period asked for already'),
    total: yuan('The lines less what was billed before'),
    provisional: Type.Array(Remark, { description: 'Empty where it is final' }),
    corrects: textOrNull('Id of the bill that is taken back, or that it stands in the place of'),
    id: text('Id of the bill'),
    entryId: textOrNull('The journal entry that was posted with it'),
  },
  { $id: 'Bill' },
);
export type BillDto = Static<typeof BillSchema>;

export function toBillDto(bill: NumberedBill): BillDto {
  const { number, kind, meterPointId, accountId, contractId, customerId, tariff, from, to, month, issuedAt, dueOn, id } = bill;
  return {
    number,
    kind,
    meterPointId,
    accountId,
    contractId: orNull(contractId),
    customerId: orNull(customerId),
    tariff,
    from: formatInstant(from),
    to: formatInstant(to),
    month,
    issuedAt: formatInstant(issuedAt),
    dueOn,
    lines: bill.lines.map((line) => ({ ...line, sources: [...line.sources] })),
    billedBefore: formatMoney(bill.billedBefore),
    total: formatMoney(bill.total),
    provisional: [...bill.provisional],
    corrects: orNull(bill.corrects),
    id,
    entryId: orNull(bill.entryId),
  };
}

export const OutstandingBillSchema = Type.Object(
  {
    number: text('Of the bill'),
    accountId: text('Who owes it'),
    meterPointId: text('Where it was used'),
    dueOn: text('When it was due'),
    total: yuan('What was asked for'),
    received: yuan('What has come in for it; what comes in pays the oldest first'),
    outstanding: yuan('What has not'),
  },
  { $id: 'OutstandingBill' },
);
export type OutstandingBillDto = Static<typeof OutstandingBillSchema>;

const Unit = Type.Object({
  unit: text('District or feeder; empty where the archive knows none'),
  receivable: yuan('What was billed'),
  received: yuan('What has come in'),
  outstanding: yuan('What has not'),
  accounts: Type.Integer({ description: 'Accounts with something outstanding' }),
});
export const CollectionSchema = Type.Object(
  {
    month: text('As 2026-10'),
    before: text('The day before which it must be in'),
    daysLeft: Type.Integer({ description: 'Whole days until then; below zero where it is over' }),
    units: Type.Array(Unit),
    outstanding: listOf<OutstandingBillDto>('OutstandingBill', 'Bills that have not come in whole'),
  },
  { $id: 'Collection' },
);
export type CollectionDto = Static<typeof CollectionSchema>;

export function toCollectionDto({ month, before, daysLeft, units, outstanding }: MonthCollection): CollectionDto {
  return {
    month,
    before,
    daysLeft,
    units: units.map((unit) => ({
      ...unit,
      receivable: formatMoney(unit.receivable),
      received: formatMoney(unit.received),
      outstanding: formatMoney(unit.outstanding),
    })),
    outstanding: outstanding.map(toOutstandingDto),
  };
}

const toOutstandingDto = ({ number, accountId, meterPointId, dueOn, total, received, outstanding }: BillStanding): OutstandingBillDto => ({
  number,
  accountId,
  meterPointId,
  dueOn,
  total: formatMoney(total),
  received: formatMoney(received),
  outstanding: formatMoney(outstanding),
});
