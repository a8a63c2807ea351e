import type { Accrual, ComponentSum } from '../../../core/model/accrual.ts';
import type { LedgerAccount } from '../../../core/model/journal.ts';
import type { RegisterName } from '../../../core/model/register.ts';
import { instantOf } from '../../../kernel/clock.ts';
import type { AccountId, MeterId, MeterPointId } from '../../../kernel/ids.ts';
import type { BusinessDay } from '../../../kernel/local-time.ts';
import { energy, money } from '../../../kernel/units.ts';
import type { AsText } from './exact-json.ts';

/** An accrual as JSON. Its sums and points are the bulk of it, so they are rows without names; a point's is index of the register, instant, value. */
export function accrualText(accrual: Accrual): string {
  const series = [...new Set(accrual.points.map(({ meterId, register }) => `${meterId} ${register}`))];
  return JSON.stringify({
    ...accrual,
    rated: accrual.rated.map(sumRow),
    posted: accrual.posted.map(sumRow),
    accrued: accrual.accrued.toString(),
    series,
    points: accrual.points.map(({ meterId, register, at, value }) => [series.indexOf(`${meterId} ${register}`), at, value.toString()]),
  });
}

type SumRow = readonly [component: string, customer: string, revenue: string];

type Stored = AsText<Omit<Accrual, 'points' | 'rated' | 'posted'>> & {
  readonly series?: readonly string[];
  /** What a migration carried over, and what older versions stored, still has its names. */
  readonly points: readonly (readonly [number, number, string] | AsText<Accrual['points'][number]>)[];
  readonly rated: readonly (SumRow | AsText<ComponentSum>)[];
  readonly posted: readonly (SumRow | AsText<ComponentSum>)[];
};

/** What the writer stored comes back as it was: the text is ours, so its shape is taken as given. */
export function parseAccrual(text: string): Accrual {
  const { series = [], ...stored } = JSON.parse(text) as Stored;
  return {
    ...stored,
    meterPointId: stored.meterPointId as MeterPointId,
    accountId: stored.accountId as AccountId,
    payer: stored.payer as LedgerAccount,
    from: instantOf(stored.from),
    to: instantOf(stored.to),
    nextBillAt: instantOf(stored.nextBillAt),
    points: stored.points.map((point) => {
      if (!('register' in point)) {
        const [index, at, value] = point;
        const [meterId = '', register = ''] = (series[index] ?? '').split(' ');
        return pointOf(meterId, register, at, value);
      }
      return pointOf(point.meterId, point.register, point.at, point.value);
    }),
    latestAt: instantOf(stored.latestAt),
    rated: stored.rated.map(sumOf),
    posted: stored.posted.map(sumOf),
    businessDay: stored.businessDay as BusinessDay,
    accrued: money(BigInt(stored.accrued)),
  };
}

const pointOf = (meterId: string, register: string, at: number, value: string): Accrual['points'][number] => ({
  meterId: meterId as MeterId,
  register: register as RegisterName,
  at: instantOf(at),
  value: energy(BigInt(value)),
});

const sumRow = ({ component, customer, revenue }: ComponentSum): SumRow => [component, customer.toString(), revenue.toString()];

function sumOf(stored: SumRow | AsText<ComponentSum>): ComponentSum {
  if ('component' in stored) return sumFromText(stored);
  const [component, customer, revenue] = stored;
  return sumFromText({ component, customer, revenue });
}

export const sumFromText = ({ component, customer, revenue }: AsText<ComponentSum>): ComponentSum => ({
  component,
  customer: money(BigInt(customer)),
  revenue: money(BigInt(revenue)),
});
