/** What an account owes for energy after reading, bill by bill, and what has come in for it. Pure. */
import { instantOf } from '../../kernel/clock.ts';
import { businessDayOf, type Zone } from '../../kernel/local-time.ts';
import { addMoney, NO_MONEY, negateMoney, subtractMoney } from '../../kernel/units.ts';
import { chargesOf } from '../model/charge-key.ts';
import { type NumberedBill, takenBack } from '../model/issued-bill.ts';
import { type AccountMove, isCustomer } from '../model/journal.ts';
import { type Receipt, withoutGivenBack } from './receipts.ts';

export interface Owed {
  /** What was asked for and stands, in the order in which it is due. */
  readonly bills: readonly NumberedBill[];
  /** In order of time. */
  readonly receipts: readonly Receipt[];
}

/**
 * @param issued all bills of the account
 * @param moves all of its receivable
 */
export function owedOf(issued: readonly NumberedBill[], moves: readonly AccountMove[], zone: Zone): Owed {
  const standing = standingOf(issued);
  const came = cameIn(moves).map(({ at, amount }) => ({ day: businessDayOf(at, zone), amount }));
  const stayed = withoutGivenBack(came, givenBack({ issued, standing, moves, zone }));
  return {
    bills: standing
      .filter(({ total }) => total > NO_MONEY)
      .toSorted((one, other) => (one.dueOn < other.dueOn ? -1 : Number(one.dueOn > other.dueOn))),
    receipts: [...stayed, ...askedTooMuch(standing, zone)].toSorted(byDay),
  };
}

/** What is taken from money that is there is never late, nor is what was asked for before it turned out that it is. */
function standingOf(bills: readonly NumberedBill[]): readonly NumberedBill[] {
  const taken = takenBack(bills);
  const standing = bills.filter(({ id, kind, payer }) => kind !== 'credit' && !taken.has(id) && !isCustomer(payer));
  const ended = new Set(wholeOf(bills).map(periodOf));
  const owed = new Set(wholeOf(standing).map(periodOf));
  return standing.filter((bill) => !ended.has(periodOf(bill)) || owed.has(periodOf(bill))).map((bill) => lessAskedFor(bill, standing));
}

/** A bill asks for all but what instalments have asked of him who owes it: one that was taken from his money went back there. */
function lessAskedFor(bill: NumberedBill, standing: readonly NumberedBill[]): NumberedBill {
  if (bill.kind !== 'bill') return bill;
  const before = standing.filter((each) => each.kind === 'instalment' && periodOf(each) === periodOf(bill));
  const billedBefore = before.reduce((sum, { total }) => addMoney(sum, total), NO_MONEY);
  return { ...bill, billedBefore, total: subtractMoney(addMoney(bill.total, bill.billedBefore), billedBefore) };
}

const wholeOf = (bills: readonly NumberedBill[]): readonly NumberedBill[] => bills.filter(({ kind }) => kind === 'bill');
/** What the keys of its charges begin with. */
const periodOf = ({ meterPointId, periodId }: NumberedBill): string => chargesOf(meterPointId, periodId);

/** What paid off what was owed, less what of it was undone: money that went back never came. */
function cameIn(moves: readonly AccountMove[]): readonly AccountMove[] {
  return moves
    .filter(({ kind, amount }) => amount > NO_MONEY && kind !== 'charge' && kind !== 'reversal')
    .map((receipt) => {
      const undone = moves.filter(({ kind, key }) => kind === 'reversal' && isOf(key, `reversal:${receipt.id}`));
      return { ...receipt, amount: undone.reduce((left, { amount }) => addMoney(left, amount), receipt.amount) };
    })
    .filter(({ amount }) => amount > NO_MONEY);
}

/** A bill of less than its instalments had asked for takes the rest of them back. */
const askedTooMuch = (standing: readonly NumberedBill[], zone: Zone): readonly Receipt[] =>
  standing
    .filter(({ total }) => total < NO_MONEY)
    .map(({ issuedAt, total }) => ({ day: businessDayOf(issuedAt, zone), amount: negateMoney(total) }));

const byDay = (one: Receipt, other: Receipt): number => (one.day < other.day ? -1 : Number(one.day > other.day));

interface GivenBackAsk {
  readonly issued: readonly NumberedBill[];
  readonly standing: readonly NumberedBill[];
  readonly moves: readonly AccountMove[];
  readonly zone: Zone;
}

/** What corrections gave back as own money, since it was paid already: what was charged of a period beyond what its bill asks for now. */
function givenBack({ issued, standing, moves, zone }: GivenBackAsk): readonly Receipt[] {
  const periods = Map.groupBy(
    issued.filter(({ kind }) => kind !== 'instalment'),
    periodOf,
  );
  return [...periods].flatMap(([charges, bills]): Receipt[] => {
    const own = moves.filter(({ kind, key }) => kind === 'charge' && key.startsWith(charges));
    const charged = own.reduce((sum, { amount }) => subtractMoney(sum, amount), NO_MONEY);
    const asked = wholeOf(standing).filter((bill) => periodOf(bill) === charges);
    const cost = asked.reduce((sum, { total, billedBefore }) => addMoney(sum, addMoney(total, billedBefore)), NO_MONEY);
    const day = businessDayOf(instantOf(Math.max(...bills.map(({ issuedAt }) => issuedAt))), zone);
    return charged > cost ? [{ day, amount: subtractMoney(charged, cost) }] : [];
  });
}

const isOf = (key: string, own: string): boolean => key === own || key.startsWith(`${own}:`);
