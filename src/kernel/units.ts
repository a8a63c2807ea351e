/**
 * Exact quantities. Energy and money are integers in 10⁻⁶ of their unit, prices in 10⁻⁸ yuan per kWh, so
 * price × energy is exact in 10⁻¹⁴ yuan and is divided once, here, half away from zero. No floats.
 */
import { AppError } from './app-error.ts';
import { type Decimal, type DecimalError, formatTrimmed, parseDecimal, rescale } from './decimal.ts';
import { err, ok, type Result } from './result.ts';

declare const unit: unique symbol;
/** 10⁻⁶ kWh. */
export type Energy = bigint & { readonly [unit]: 'energy' };
/** 10⁻⁶ yuan. */
export type Money = bigint & { readonly [unit]: 'money' };
/** 10⁻⁸ yuan per kWh. */
export type Price = bigint & { readonly [unit]: 'price' };
/** 10⁻¹⁴ yuan: an exact product of price and energy that has not been rounded yet. */
export type ExactMoney = bigint & { readonly [unit]: 'exact-money' };
/** 10⁻⁶ kW. */
export type Power = bigint & { readonly [unit]: 'power' };

const ENERGY_SCALE = 6;
const MONEY_SCALE = 6;
const PRICE_SCALE = 8;
const POWER_SCALE = 6;
const MICRO_YUAN_PER_FEN = 10_000n;
const EXACT_PER_MICRO_YUAN = 100_000_000n;
const EXACT_PER_FEN = EXACT_PER_MICRO_YUAN * MICRO_YUAN_PER_FEN;

export const energy = (microKwh: bigint): Energy => microKwh as Energy;
export const money = (microYuan: bigint): Money => microYuan as Money;
export const price = (e8YuanPerKwh: bigint): Price => e8YuanPerKwh as Price;
export const power = (microKw: bigint): Power => microKw as Power;
export const fen = (count: bigint): Money => money(count * MICRO_YUAN_PER_FEN);
export const exactMoney = (e14Yuan: bigint): ExactMoney => e14Yuan as ExactMoney;

export const NO_MONEY = money(0n);

export interface UnitError {
  readonly code: 'bad-decimal' | 'too-fine';
  readonly text: string;
  readonly expected: string;
}

function parseScaled(text: string, scale: number, what: string): Result<bigint, UnitError | DecimalError> {
  const parsed = parseDecimal(text);
  if (!parsed.ok) return parsed;
  const value = rescale(parsed.value, scale);
  if (value === undefined) return err({ code: 'too-fine', text, expected: `${what} with at most ${scale} decimals` });
  return ok(value);
}

export const parseEnergy = (text: string) => parseScaled(text, ENERGY_SCALE, 'kWh') as Result<Energy, UnitError>;
export const parseMoney = (text: string) => parseScaled(text, MONEY_SCALE, 'yuan') as Result<Money, UnitError>;
export const parsePrice = (text: string) => parseScaled(text, PRICE_SCALE, 'yuan per kWh') as Result<Price, UnitError>;

/** Money that came from outside: whole fen only, as `100.00`. */
export function parseFen(text: string): Result<Money, UnitError> {
  const parsed = parseScaled(text, 2, 'yuan') as Result<bigint, UnitError>;
  return parsed.ok ? ok(fen(parsed.value)) : parsed;
}

export function energyFromDecimal(decimal: Decimal): Energy | undefined {
  return rescale(decimal, ENERGY_SCALE) as Energy | undefined;
}
export function powerFromDecimal(decimal: Decimal): Power | undefined {
  return rescale(decimal, POWER_SCALE) as Power | undefined;
}

/** kWh as a decimal string with all six decimals cut to what is there, at least two: `12.30`. */
export const formatEnergy = (value: Energy): string => formatTrimmed({ unscaled: value, scale: ENERGY_SCALE });
/** Yuan as a decimal string, at least two decimals: `100.00`. */
export const formatMoney = (value: Money): string => formatTrimmed({ unscaled: value, scale: MONEY_SCALE });
export const formatPrice = (value: Price): string => formatTrimmed({ unscaled: value, scale: PRICE_SCALE });

/** numerator ÷ divisor, rounded half away from zero; the divisor is positive. */
export function divideHalfAway(numerator: bigint, divisor: bigint): bigint {
  const magnitude = numerator < 0n ? -numerator : numerator;
  const rounded = (magnitude * 2n + divisor) / (divisor * 2n);
  return numerator < 0n ? -rounded : rounded;
}

/** The exact product of a price and a quantity. */
export const multiply = (rate: Price, quantity: Energy): ExactMoney => exactMoney(rate * quantity);
/** Whole fen, half away from zero. */
export const roundToFen = (amount: ExactMoney): Money => fen(divideHalfAway(amount, EXACT_PER_FEN));
/** 10⁻⁶ yuan, half away from zero. */
export const roundToMicroYuan = (amount: ExactMoney): Money => money(divideHalfAway(amount, EXACT_PER_MICRO_YUAN));

export const addMoney = (left: Money, right: Money): Money => money(left + right);
export const subtractMoney = (left: Money, right: Money): Money => money(left - right);
export const negateMoney = (amount: Money): Money => money(-amount);

/** How many fen an amount of whole fen has. */
export function countFen(amount: Money): bigint {
  if (amount % MICRO_YUAN_PER_FEN !== 0n) throw new AppError('bad-data', 'this amount is not in whole fen', { amount: String(amount) });
  return amount / MICRO_YUAN_PER_FEN;
}
