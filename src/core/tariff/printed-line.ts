import { formatRational, isExactAt } from '../../kernel/rational.ts';
import { formatMoney } from '../../kernel/units.ts';
import type { BillLine } from '../model/bill.ts';
import type { PrintedLine } from '../model/issued-bill.ts';

/** Decimals that any exact product of a price and a quantity has at most; what a share of days makes longer is given as a fraction too. */
const EXACT_SCALE = 14;
const QUANTITY_SCALE = 6;
const PRICE_SCALE = 8;

export function printedLine({ component, quantity, price, exact, amount, sources }: BillLine): PrintedLine {
  return {
    component,
    quantity: formatRational(quantity, QUANTITY_SCALE),
    price: formatRational(price, PRICE_SCALE),
    exact: formatRational(exact, EXACT_SCALE),
    ...(isExactAt(exact, EXACT_SCALE) ? {} : { exactFraction: `${exact.numerator}/${exact.denominator}` }),
    amount: formatMoney(amount),
    sources: sources(),
  };
}
