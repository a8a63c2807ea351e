/**
 * What must hold of a story of settlement, worked out from the journal, the bills and the true registers by paths that share nothing with
 * the code that charges:
 *
 * - everything that `feikong check` recomputes
 * - what was charged to a customer is what his standing bills say, and what of the open period is posted
 * - nobody is billed or charged for a time in which he was not supplied
 * - nobody got more than he brought, but what he owes
 * - nobody owes a bill or a late fee while own money lies free on his account, but who prepays: his is for the use to come
 * - a flat price: each line is use × price, in integers and rounded once; the lines of all time are what the meter really counted
 */
import type { Accrual } from '../../src/core/model/accrual.ts';
import type { ArchiveSubject, AspectName } from '../../src/core/model/archive.ts';
import type { NumberedBill } from '../../src/core/model/issued-bill.ts';
import {
  type AccountMove,
  customerAccount,
  emergencyAccount,
  lateFeeAccount,
  promotionAccount,
  receivableAccount,
} from '../../src/core/model/journal.ts';
import { ENERGY_TOTAL } from '../../src/core/model/register.ts';
import { formatInstant, instantOf } from '../../src/kernel/clock.ts';
import type { AccountId } from '../../src/kernel/ids.ts';
import { formatMoney, money, parseEnergy, parseMoney, parsePrice } from '../../src/kernel/units.ts';
import { METER, POINT } from './core-facts.ts';
import type { Story } from './settlement-story.ts';

const EVER = instantOf(0);
export const violationsOf = ({ ground }: Story): readonly string[] =>
  ground.store.violations().map(({ invariant, where, found, expected }) => `${invariant} ${where}: ${found}, expected ${expected}`);

/** @returns what does not hold, in words; nothing where all does */
export async function disagreements(story: Story): Promise<readonly string[]> {
  const { store } = story.ground;
  const bills = await store.read('billsOfPoint', { meterPointId: POINT.id });
  const accrual = (await story.world.facts()).accrual;
  const found = [
    ...violationsOf(story),
    ...wrongLines(story, bills),
    ...(await unlikeTheMeter(story, bills, accrual)),
    ...notSupplied(story, bills, accrual),
  ];
  const keeping = await prepaying(story);
  for (const accountId of story.accounts) {
    const purse = await purseOf(story, accountId);
    found.push(
      ...chargedOtherwise(accountId, purse, bills, accrual),
      ...overpaid(accountId, purse),
      ...(accountId === keeping ? [] : owesBesideMoney(accountId, purse, bills, accrual)),
    );
  }
  return found;
}

interface Purse {
  readonly own: Moved;
  readonly receivable: Moved;
  readonly lateFee: Moved;
  readonly emergency: Moved;
  readonly promotion: Moved;
  /** Of own money, set aside. */
  readonly held: bigint;
}
interface Moved {
  readonly moves: readonly AccountMove[];
  readonly balance: bigint;
}

async function purseOf({ ground: { store, clock } }: Story, accountId: AccountId): Promise<Purse> {
  const moved = async (account: ReturnType<typeof customerAccount>): Promise<Moved> => {
    const { moves } = await store.read('accountMoves', { account, from: EVER, to: instantOf(clock.now() + 1) });
    return { moves, balance: sumOf(moves) };
  };
  const account = await store.read('account', { accountId });
  return {
    own: await moved(customerAccount(accountId)),
    receivable: await moved(receivableAccount(accountId)),
    lateFee: await moved(lateFeeAccount(accountId)),
    emergency: await moved(emergencyAccount(accountId)),
    promotion: await moved(promotionAccount(accountId)),
    held: account?.held ?? 0n,
  };
}

const sumOf = (moves: readonly AccountMove[], fits: (move: AccountMove) => boolean = () => true): bigint =>
  moves.reduce((sum, move) => (fits(move) ? sum + move.amount : sum), 0n);

const yuan = (micro: bigint): string => `${formatMoney(money(micro))} yuan`;

function chargedOtherwise(
  accountId: AccountId,
  purse: Purse,
  bills: readonly NumberedBill[],
  accrual: Accrual | undefined,
): readonly string[] {
  const { own, receivable, emergency, promotion } = purse;
  const charged = -[own, receivable, emergency, promotion].reduce(
    (sum, { moves }) => sum + sumOf(moves, ({ kind }) => kind === 'charge'),
    0n,
  );
  const billed = standing(bills)
    .filter((bill) => bill.accountId === accountId)
    .reduce((sum, { lines }) => sum + lines.reduce((all, { amount }) => all + fenOf(amount), 0n), 0n);
  const open = accrual?.accountId === accountId ? postedOf(accrual) : 0n;
  return charged === billed + open ? [] : [`${accountId} was charged ${yuan(charged)}, billed ${yuan(billed)} and ${yuan(open)} are open`];
}

function standing(bills: readonly NumberedBill[]): readonly NumberedBill[] {
  const taken = new Set(bills.flatMap(({ kind, corrects }) => (kind === 'credit' ? [corrects] : [])));
  return bills.filter(({ id, kind }) => kind === 'bill' && !taken.has(id));
}

function fenOf(text: string): bigint {
  const parsed = parseMoney(text);
  if (!parsed.ok) throw new TypeError(`a bill says ${text}`);
  return parsed.value;
}

function notSupplied({ supplied, closed }: Story, bills: readonly NumberedBill[], accrual: Accrual | undefined): readonly string[] {
  const wrong = standing(bills).filter(
    (bill) =>
      !supplied.some(({ accountId, from, to }) => accountId === bill.accountId && from <= bill.from && (to === undefined || bill.to <= to)),
  );
  const found = wrong.map(
    ({ number, accountId, from, to }) => `bill ${number} of ${accountId} from ${formatInstant(from)} to ${formatInstant(to)}`,
  );
  const open =
    accrual !== undefined && (closed ? accrual.rated.length + accrual.posted.length > 0 : accrual.accountId !== supplied.at(-1)?.accountId);
  return [...found, ...(open ? [`the open period of ${accrual?.accountId}`] : [])].map((what) => `${what}, who was not supplied then`);
}

/** What came in less what went out, whatever of it was used: it lies there, was charged, or is owed. */
function overpaid(accountId: AccountId, { own, receivable, lateFee, emergency }: Purse): readonly string[] {
  const through = (each: Moved) => sumOf(each.moves, ({ kind }) => MONEY_KINDS.has(kind));
  const left = [own, receivable, lateFee, emergency].reduce((sum, each) => sum + through(each), 0n);
  const owed = [own, receivable, lateFee, emergency].reduce((sum, { balance }) => (balance < 0n ? sum - balance : sum), 0n);
  return left + owed >= 0n ? [] : [`${accountId} got ${yuan(-left)} more than was paid in, and owes ${yuan(owed)}`];
}

const MONEY_KINDS: ReadonlySet<string> = new Set(['payment', 'payout', 'rebooking', 'reversal']);

/** Whose supply is taken from money that is there, by what the archive says of now. */
export async function prepaying({ ground: { store, clock }, supplied, closed }: Story): Promise<AccountId | undefined> {
  const saidNow = async (subject: ArchiveSubject, aspect: AspectName) =>
    (await store.read('archiveView', { subject }))?.facts.find(
      (fact) => fact.aspect === aspect && fact.from <= clock.now() && (fact.to === undefined || clock.now() < fact.to),
    )?.value as { readonly contractId?: string; readonly settlementMethod?: string } | undefined;
  const contractId = (await saidNow('meterPoint:p1', 'contract'))?.contractId;
  const method = contractId === undefined ? undefined : (await saidNow(`contract:${contractId}`, 'terms'))?.settlementMethod;
  return closed || (method !== undefined && method !== 'prepay') ? undefined : supplied.at(-1)?.accountId;
}

/** What was billed: the open period is owed when its bill comes. */
function owesBesideMoney(
  accountId: AccountId,
  { own, receivable, lateFee, held }: Purse,
  bills: readonly NumberedBill[],
  accrual: Accrual | undefined,
) {
  const instalments = bills.filter(({ kind, periodId }) => kind === 'instalment' && periodId === accrual?.periodId);
  const billed = instalments.reduce((sum, { total }) => sum + total, 0n);
  const unbilled = accrual?.payer === receivableAccount(accountId) ? postedOf(accrual) - billed : 0n;
  const [owed, free] = [-receivable.balance - (unbilled > 0n ? unbilled : 0n), own.balance - held];
  const isOwing = owed > 0n || lateFee.balance < 0n;
  return isOwing && free > 0n
    ? [`${accountId} owes ${yuan(owed)} on bills and ${yuan(-lateFee.balance)} for paying late while ${yuan(free)} of his own lie free`]
    : [];
}

const postedOf = ({ posted }: Accrual): bigint => posted.reduce((sum, { customer }) => sum + customer, 0n);

/** Use × price in 10⁻¹⁴ yuan, half away from zero to the fen: what any line of energy says, whatever it is charged by. */
function wrongLines({ kind }: Story, bills: readonly NumberedBill[]): readonly string[] {
  if (kind !== 'flat' && kind !== 'repriced' && kind !== 'periods') return [];
  return bills.flatMap(({ number, lines }) =>
    lines.flatMap(({ component, quantity, price, amount }) => {
      const exact = microKwh(quantity) * priceOf(price);
      const expected = (exact < 0n ? -1n : 1n) * ((magnitude(exact) * 2n + FEN) / (FEN * 2n)) * 10_000n;
      return fenOf(amount) === expected ? [] : [`${component} of bill ${number} is ${amount}, expected ${yuan(expected)}`];
    }),
  );
}

/** In 10⁻¹⁴ yuan. */
const FEN = 1_000_000_000_000n;
const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

function microKwh(text: string): bigint {
  const parsed = parseEnergy(text.replace(/^-/, ''));
  if (!parsed.ok) throw new TypeError(`a bill says ${text}`);
  return text.startsWith('-') ? -parsed.value : parsed.value;
}

function priceOf(text: string): bigint {
  const parsed = parsePrice(text);
  if (!parsed.ok) throw new TypeError(`a bill says ${text}`);
  return parsed.value;
}

/** Where one meter told the truth at one ratio, all that was ever billed is what it counted: nothing twice, nothing left out. */
async function unlikeTheMeter(
  { kind, plain, meters, start, ground }: Story,
  bills: readonly NumberedBill[],
  accrual: Accrual | undefined,
): Promise<readonly string[]> {
  if (!plain || accrual === undefined || (kind !== 'flat' && kind !== 'repriced')) return [];
  const { before, same, after } = await ground.store.read('readingsAround', {
    meterId: METER.id,
    register: ENERGY_TOTAL,
    at: accrual.from,
  });
  const [from, to] = same === undefined ? [before, after] : [same, same];
  if (from === undefined || to === undefined) return [];
  const billed = standing(bills).reduce((sum, { lines }) => sum + lines.reduce((all, { quantity }) => all + microKwh(quantity), 0n), 0n);
  const [least, most] = [meters.used(0, start, from.measuredAt), meters.used(0, start, to.measuredAt)];
  return billed >= least && billed <= most ? [] : [`${billed} 10⁻⁶ kWh were billed, the meter counted ${least} to ${most}`];
}
