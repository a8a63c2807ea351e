import type { Accrual } from '../../../core/model/accrual.ts';
import type { RegisterName } from '../../../core/model/register.ts';
import { instantOf } from '../../../kernel/clock.ts';
import type { MeterPointId } from '../../../kernel/ids.ts';
import type { BusinessDay } from '../../../kernel/local-time.ts';
import { energy, exactMoney, money, price } from '../../../kernel/units.ts';

/** An accrual as JSON whose exact numbers are decimal integers in texts. */
export function accrualText(accrual: Accrual): string {
  return JSON.stringify(accrual, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}

/** What the writer stored comes back as it was: the text is ours, so its shape is taken as given. */
export function parseAccrual(text: string): Accrual {
  const stored = JSON.parse(text) as AsText<Accrual>;
  return {
    meterPointId: stored.meterPointId as MeterPointId,
    periodId: stored.periodId,
    opening: stored.opening.map(registerValue),
    latest: stored.latest.map(registerValue),
    latestAt: instantOf(stored.latestAt),
    lines: stored.lines.map((line) => ({
      component: line.component,
      register: line.register as RegisterName,
      quantity: energy(BigInt(line.quantity)),
      price: price(BigInt(line.price)),
      exact: exactMoney(BigInt(line.exact)),
    })),
    posted: stored.posted.map((line) => ({
      component: line.component,
      customer: money(BigInt(line.customer)),
      revenue: money(BigInt(line.revenue)),
    })),
    businessDay: stored.businessDay as BusinessDay,
    revision: stored.revision,
    accrued: money(BigInt(stored.accrued)),
  };
}

/** A type after its journey through JSON, exact numbers as texts. */
export type AsText<T> = T extends bigint
  ? string
  : T extends string
    ? string
    : T extends number
      ? number
      : { readonly [Field in keyof T]: AsText<T[Field]> };

const registerValue = ({ register, value }: { readonly register: string; readonly value: string }) => ({
  register: register as RegisterName,
  value: energy(BigInt(value)),
});
