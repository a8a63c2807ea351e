import { add, formatRational, type Rational, rational, times, ZERO } from '../../kernel/rational.ts';
import type { PowerFactorTable } from '../model/price-plan.ts';

/**
 * The power factor in hundredths, rounded half up: active ÷ √(active² + reactive²), found without a root.
 *
 * @returns undefined without active energy: nothing is adjusted then
 */
export function powerFactorOf(active: Rational, reactive: Rational): number | undefined {
  if (active.numerator <= 0n) return undefined;
  const p = active.numerator * reactive.denominator;
  const q = reactive.numerator * active.denominator;
  const [square, apparent] = [p * p * 40_000n, p * p + q * q];
  let hundredths = 100;
  while (hundredths > 0 && BigInt(2 * hundredths - 1) ** 2n * apparent > square) hundredths--;
  return hundredths;
}

/** What the amount changes by, as a share: above zero below the base, below zero above it (F83). */
export function adjustmentOf({ base, below, above }: PowerFactorTable, factor: number): Rational {
  let percent = ZERO;
  let reached = base;
  for (const { to, percent: each } of factor < base ? below : above) {
    const end = factor < base ? Math.max(factor, to) : Math.min(factor, to);
    const passed = Math.abs(end - reached);
    if (factor < base ? end < reached : end > reached) {
      percent = add(percent, times(each, rational(BigInt(passed))));
      reached = end;
    }
  }
  return times(percent, rational(1n, 100n));
}

export const factorText = (factor: number): string => formatRational(rational(BigInt(factor), 100n), 2);
