import { DEFAULT_LATE_FEES, loadLateFeeInput, loadLateFeeRates } from '../config/late-fee.ts';
import type { LateFee, LateFeeStretch } from '../core/model/late-fee.ts';
import { lateFeeOf } from '../core/tariff/late-fee.ts';
import { formatRational } from '../kernel/rational.ts';
import { formatMoney, money } from '../kernel/units.ts';
import { inColumns } from './columns.ts';

export interface LateFeeOptions {
  readonly input: string;
  readonly rates?: string;
}

export const lateFeeOfFiles = ({ input, rates }: LateFeeOptions): LateFee =>
  lateFeeOf(loadLateFeeInput(input), loadLateFeeRates(rates ?? DEFAULT_LATE_FEES));

const EXACT_SCALE = 14;
const RATE_SCALE = 8;

/** The answer of `--json`; the one line is rounded, its stretches are not. */
export function lateFeeAnswer({ stretches, days, exact, amount, note, principalLeft, feePaid }: LateFee): object {
  const principalDays = stretches.reduce((sum, stretch) => sum + stretch.principal * BigInt(stretch.days), 0n);
  const rates = [...new Set(stretches.map(({ rate }) => formatRational(rate, RATE_SCALE)))];
  return {
    lines:
      amount === 0n
        ? []
        : [
            {
              component: 'late-fee',
              quantity: formatMoney(money(principalDays)),
              price: rates.length === 1 ? rates[0] : null,
              exact: formatRational(exact, EXACT_SCALE),
              amount: formatMoney(amount),
            },
          ],
    total: formatMoney(amount),
    days,
    ...(note === undefined ? {} : { bounded: note }),
    stretches: stretches.map(stretchAnswer),
    principalLeft: formatMoney(principalLeft),
    feePaid: formatMoney(feePaid),
    feeLeft: formatMoney(money(amount - feePaid)),
    provisional: [],
  };
}

const stretchAnswer = ({ from, to, days, principal, rate, exact }: LateFeeStretch) => ({
  from,
  to,
  days,
  principal: formatMoney(principal),
  rate: formatRational(rate, RATE_SCALE),
  exact: formatRational(exact, EXACT_SCALE),
});

export function lateFeeText(fee: LateFee): readonly string[] {
  const rows = fee.stretches.map((stretch) => Object.values(stretchAnswer(stretch)).map(String));
  return [
    ...inColumns([['from', 'to', 'days', 'principal', 'rate a day', 'exact'], ...rows]),
    `late fee ${formatMoney(fee.amount)}${fee.note === undefined ? ', rounded once to the fen' : `, the ${fee.note}`}; paid of it ${formatMoney(fee.feePaid)}; principal left ${formatMoney(fee.principalLeft)}`,
  ];
}
