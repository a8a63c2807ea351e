import { add, isZero, type Rational, rational, roundTo, sum, times } from '../../kernel/rational.ts';
import { type Energy, fen, type Money, money, NO_MONEY, type Price } from '../../kernel/units.ts';
import type { BillLine } from '../model/bill.ts';

export const kwhOf = (value: Energy): Rational => rational(value, 1_000_000n);
export const yuanOf = (value: Price): Rational => rational(value, 100_000_000n);

/** Gathers what is charged: one line for each component and price, whose quantity grows; it is rounded once, at the end. */
export interface LineBook {
  /**
   * @param source where the quantity comes from, for a person
   * @param part tells lines of one component and price apart that stay apart, as two capacities
   */
  charge(component: string, price: Rational, quantity: Rational, source: () => string, part?: string): void;
  /** The exact amount of all lines so far. */
  exact(): Rational;
  /** Lines whose quantity is zero are left out. */
  lines(): readonly BillLine[];
}

interface Open {
  readonly component: string;
  readonly price: Rational;
  quantity: Rational;
  readonly sources: (() => string)[];
}

export function createLineBook(): LineBook {
  const open = new Map<string, Open>();
  return {
    charge(component, price, quantity, source, part = '') {
      if (isZero(quantity)) return;
      const key = `${component} ${price.numerator}/${price.denominator} ${part}`;
      const line = open.get(key);
      if (line === undefined) open.set(key, { component, price, quantity, sources: [source] });
      else {
        line.quantity = add(line.quantity, quantity);
        line.sources.push(source);
      }
    },
    exact: () => sum([...open.values()].map(({ price, quantity }) => times(price, quantity))),
    lines: () =>
      [...open.values()]
        .filter(({ quantity }) => !isZero(quantity))
        .map(({ component, price, quantity, sources }) => {
          const exact = times(price, quantity);
          return {
            component,
            quantity,
            price,
            exact,
            amount: fen(roundTo(exact, 2)),
            sources: () => [...new Set(sources.map((source) => source()))],
          };
        }),
  };
}

export const totalOf = (lines: readonly BillLine[]): Money => lines.reduce((total, { amount }) => money(total + amount), NO_MONEY);
