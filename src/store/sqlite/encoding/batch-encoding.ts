/**
 * Batches as they cross to the writer's thread: one text, which a message port copies as it stands. Its first line is JSON; each
 * line behind it is an accrual as it will be stored: the writer does not look into it.
 *
 * JSON has no bigint, so the kinds of fact that carry one have a row here that turns it into text and back; every other kind
 * crosses as it is. The frequent kinds cross as plain lists, without the names of their fields.
 */

import type { Accrual } from '../../../core/model/accrual.ts';
import type { Fact } from '../../../core/model/fact.ts';
import type { CreditTerms } from '../../../core/model/funds.ts';
import type { JournalEntry, Posting } from '../../../core/model/journal.ts';
import type { MeterPoint } from '../../../core/model/meter.ts';
import type { Hold, Payment } from '../../../core/model/payment.ts';
import type { Reading } from '../../../core/model/reading.ts';
import type { Recharge, RechargeMove } from '../../../core/model/recharge.ts';
import type { Reversal } from '../../../core/model/reversal.ts';
import type { Batch, Expectation } from '../../../core/ports/store.ts';
import { AppError } from '../../../kernel/app-error.ts';
import { type Instant, instantOf } from '../../../kernel/clock.ts';
import type { Actor } from '../../../kernel/ids.ts';
import { energy, money, power } from '../../../kernel/units.ts';
import { accrualText } from './accrual-text.ts';
import { billText, parseBill } from './bill-text.ts';

type Packed = readonly [kind: string, ...rest: unknown[]];
type PackedExpectation = readonly [subject: string, version: number];
type PackedBatch = readonly [facts: readonly (Packed | Fact)[], expect?: readonly PackedExpectation[]];

/** A fact as the writer takes it: an accrual that has crossed is its text, beside what has a column of its own. */
export type WriterFact = Fact | { readonly kind: 'accrual'; readonly accrual: AccrualColumns; readonly text: string };
export type AccrualColumns = Pick<Accrual, 'meterPointId' | 'payer' | 'accrued' | 'businessDay' | 'nextBillAt'>;

export interface WriterBatch {
  readonly facts: readonly WriterFact[];
  readonly expect?: readonly Expectation[];
}

/** Batches, and the wall time at which they were handed over. */
export interface Handover<Each extends WriterBatch = WriterBatch> {
  readonly at: Instant;
  readonly batches: readonly Each[];
}

export function encodeBatches({ at, batches }: Handover<Batch>): string {
  const lines = [''];
  const packed = batches.map((batch) => pack(batch, lines));
  lines[0] = JSON.stringify([at, packed]);
  return lines.join('\n');
}

/** The inverse: the text is this module's own, so its shape is taken as given. */
export function decodeBatches(text: string): Handover {
  const lines = text.split('\n');
  const [at, batches] = JSON.parse(lines[0] ?? '') as readonly [number, readonly PackedBatch[]];
  return { at: instantOf(at), batches: batches.map((batch) => unpack(batch, lines)) };
}

function pack({ facts, expect }: Batch, lines: string[]): PackedBatch {
  const packed = facts.map((fact) => (fact.kind === 'accrual' ? packAccrual(fact.accrual, lines) : packFact(fact)));
  return expect === undefined ? [packed] : [packed, expect.map(({ subject, version }) => [subject, version])];
}

function unpack([facts, expect]: PackedBatch, lines: readonly string[]): WriterBatch {
  const unpacked = facts.map((fact) => {
    if (!isPacked(fact)) return fact;
    return fact[0] === 'accrual' ? unpackAccrual(fact, lines) : unpackFact(fact);
  });
  return expect === undefined
    ? { facts: unpacked }
    : { facts: unpacked, expect: expect.map(([subject, version]): Expectation => ({ subject, version })) };
}

function packAccrual(accrual: Accrual, lines: string[]): Packed {
  const { meterPointId, payer, accrued, businessDay, nextBillAt } = accrual;
  const line = lines.push(accrualText(accrual)) - 1;
  return ['accrual', line, meterPointId, payer, accrued.toString(), businessDay, nextBillAt];
}

function unpackAccrual([, line, meterPointId, payer, accrued, businessDay, nextBillAt]: Packed, lines: readonly string[]): WriterFact {
  const text = lines[line as number];
  if (text === undefined) throw new AppError('internal', 'an accrual crossed without its text', { meterPointId });
  const columns = { meterPointId, payer, accrued: money(BigInt(accrued as string)), businessDay, nextBillAt } as AccrualColumns;
  return { kind: 'accrual', accrual: columns, text };
}

const isPacked = (fact: Packed | Fact): fact is Packed => Array.isArray(fact);

function packFact(fact: Exclude<Fact, { kind: 'accrual' }>): Packed | Fact {
  switch (fact.kind) {
    case 'entry':
      return packEntry(fact.entry);
    case 'reading': {
      const { meterId, register, value, measuredAt, heardAt, quality, reason } = fact.reading;
      return ['reading', meterId, register, value.toString(), measuredAt, heardAt, quality, reason];
    }
    case 'readingEntered':
      return ['readingEntered', { ...fact.reading, value: fact.reading.value.toString() }, fact.actor, fact.reason];
    case 'bill':
      return ['bill', billText(fact.bill)];
    case 'telemetry':
      return ['telemetry', fact.meterId, fact.register, fact.at, fact.value.toString()];
    case 'payment':
      return ['payment', { ...fact.payment, amount: fact.payment.amount.toString() }];
    case 'creditTerms':
      return ['creditTerms', { ...fact.terms, emergencyLimit: fact.terms.emergencyLimit.toString() }, fact.at, fact.actor, fact.reason];
    case 'reversalAsked': {
      const { amount, ...rest } = fact.reversal;
      return ['reversalAsked', rest, ...(amount === undefined ? [] : [amount.toString()])];
    }
    case 'hold':
      return ['hold', { ...fact.hold, amount: fact.hold.amount.toString() }, fact.actor];
    case 'recharge':
      return ['recharge', { ...fact.recharge, amount: fact.recharge.amount.toString() }];
    case 'rechargeMove': {
      const { purse, ...rest } = fact.move;
      return ['rechargeMove', rest, ...(purse === undefined ? [] : [purse.balance.toString(), purse.count])];
    }
    case 'meterPoint': {
      const { currentRatio, voltageRatio, maxPower, ...rest } = fact.meterPoint;
      return ['meterPoint', rest, currentRatio.toString(), voltageRatio.toString(), maxPower.toString()];
    }
    default:
      return fact;
  }
}

function packEntry({ id, kind, key, at, actor, meterPointId, businessDay, reverses, memo, postings, partOf }: JournalEntry): Packed {
  const lines: string[] = [];
  for (const { account, amount } of postings) lines.push(account, amount.toString());
  return [
    'entry',
    id,
    kind,
    key,
    at,
    actor,
    meterPointId ?? null,
    businessDay ?? null,
    reverses ?? null,
    memo,
    lines,
    ...(partOf === undefined ? [] : [partOf.toString()]),
  ];
}

function unpackFact([kind, ...rest]: Packed): Fact {
  switch (kind) {
    case 'entry':
      return { kind, entry: unpackEntry(rest) };
    case 'reading': {
      const [meterId, register, value, measuredAt, heardAt, quality, reason] = rest;
      return {
        kind,
        reading: { meterId, register, value: energy(BigInt(value as string)), measuredAt, heardAt, quality, reason } as Reading,
      };
    }
    case 'readingEntered': {
      const [{ value, ...reading }, actor, reason] = rest as [Omit<Reading, 'value'> & { readonly value: string }, Actor, string];
      return { kind, reading: { ...reading, value: energy(BigInt(value)) }, actor, reason };
    }
    case 'bill':
      return { kind, bill: parseBill(rest[0] as string) };
    case 'telemetry': {
      const [meterId, register, at, value] = rest;
      return { kind, meterId, register, at: instantOf(at as number), value: power(BigInt(value as string)) } as Fact;
    }
    case 'payment':
      return { kind, payment: withAmount<Payment>(rest[0]) };
    case 'creditTerms': {
      const [terms, at, actor, reason] = rest as [CreditTerms & { readonly emergencyLimit: unknown }, number, Actor, string];
      const emergencyLimit = money(BigInt(terms.emergencyLimit as unknown as string));
      return { kind, terms: { ...terms, emergencyLimit }, at: instantOf(at), actor, reason };
    }
    case 'reversalAsked': {
      const [reversal, amount] = rest as [Omit<Reversal, 'amount'>, string | undefined];
      return { kind, reversal: { ...reversal, amount: amount === undefined ? undefined : money(BigInt(amount)) } };
    }
    case 'hold':
      return { kind, hold: withAmount<Hold>(rest[0]), actor: rest[1] as Actor };
    case 'recharge':
      return { kind, recharge: withAmount<Recharge>(rest[0]) };
    case 'rechargeMove':
      return { kind, move: unpackRechargeMove(rest) };
    default:
      return { kind: 'meterPoint', meterPoint: unpackMeterPoint(rest) };
  }
}

function unpackEntry([
  id,
  kind,
  key,
  at,
  actor,
  meterPointId,
  businessDay,
  reverses,
  memo,
  lines,
  partOf,
]: readonly unknown[]): JournalEntry {
  const texts = lines as readonly string[];
  const postings: Posting[] = [];
  for (let index = 0; index < texts.length; index += 2) {
    postings.push({ account: texts[index], amount: money(BigInt(texts[index + 1] ?? '')) } as Posting);
  }
  return {
    id,
    kind,
    key,
    at,
    actor,
    meterPointId: meterPointId ?? undefined,
    businessDay: businessDay ?? undefined,
    reverses: reverses ?? undefined,
    memo,
    postings,
    ...(partOf === undefined ? {} : { partOf: money(BigInt(partOf as string)) }),
  } as JournalEntry;
}

function unpackRechargeMove([move, balance, count]: readonly unknown[]): RechargeMove {
  const purse = balance === undefined ? undefined : { balance: money(BigInt(balance as string)), count: count as number };
  return { ...(move as Omit<RechargeMove, 'purse'>), purse };
}

function withAmount<T extends Payment | Hold | Recharge>(packed: unknown): T {
  const { amount, ...rest } = packed as { readonly amount: string };
  return { ...rest, amount: money(BigInt(amount)) } as T;
}

function unpackMeterPoint([rest, currentRatio, voltageRatio, maxPower]: readonly unknown[]): MeterPoint {
  const exact = {
    currentRatio: BigInt(currentRatio as string),
    voltageRatio: BigInt(voltageRatio as string),
    maxPower: power(BigInt(maxPower as string)),
  };
  return { ...(rest as Omit<MeterPoint, keyof typeof exact>), ...exact };
}
