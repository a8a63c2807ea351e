import type { Accrual, ComponentSum } from '../../../core/model/accrual.ts';
import type { LedgerAccount } from '../../../core/model/journal.ts';
import type { RegisterName } from '../../../core/model/register.ts';
import { instantOf } from '../../../kernel/clock.ts';
import type { AccountId, MeterId, MeterPointId } from '../../../kernel/ids.ts';
import type { BusinessDay } from '../../../kernel/local-time.ts';
import { energy, money } from '../../../kernel/units.ts';
import type { AsText } from './exact-json.ts';

/** The text that an accrual was read from: handed from thread to thread it is stored as it came. */
const texts = new WeakMap<Accrual, string>();

/** An accrual as JSON. Its points are the bulk of it, so they are rows without names: index of the register, instant, value. */
export const accrualText = (accrual: Accrual): string => texts.get(accrual) ?? write(accrual);

function write({ points, rated, posted, accrued, ...accrual }: Accrual): string {
  const series = [...new Set(points.map(({ meterId, register }) => `${meterId} ${register}`))];
  const packed = points.map(({ meterId, register, at, value }) => [series.indexOf(`${meterId} ${register}`), at, value.toString()]);
  return JSON.stringify({
    ...accrual,
    rated: rated.map(sumAsText),
    posted: posted.map(sumAsText),
    accrued: accrued.toString(),
    series,
    points: packed,
  });
}

type Stored = AsText<Omit<Accrual, 'points'>> & {
  readonly series?: readonly string[];
  /** As a migration carried them over they still have their names. */
  readonly points: readonly (readonly [number, number, string] | AsText<Accrual['points'][number]>)[];
};

/** What the writer stored comes back as it was: the text is ours, so its shape is taken as given. */
export function parseAccrual(text: string): Accrual {
  const { series = [], ...stored } = JSON.parse(text) as Stored;
  const accrual: Accrual = {
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
    rated: stored.rated.map(sumFromText),
    posted: stored.posted.map(sumFromText),
    businessDay: stored.businessDay as BusinessDay,
    accrued: money(BigInt(stored.accrued)),
  };
  texts.set(accrual, text);
  return accrual;
}

const pointOf = (meterId: string, register: string, at: number, value: string): Accrual['points'][number] => ({
  meterId: meterId as MeterId,
  register: register as RegisterName,
  at: instantOf(at),
  value: energy(BigInt(value)),
});

const sumAsText = ({ component, customer, revenue }: ComponentSum): AsText<ComponentSum> => ({
  component,
  customer: customer.toString(),
  revenue: revenue.toString(),
});

export const sumFromText = ({ component, customer, revenue }: AsText<ComponentSum>): ComponentSum => ({
  component,
  customer: money(BigInt(customer)),
  revenue: money(BigInt(revenue)),
});
