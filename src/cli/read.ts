import { asRegister } from '../core/model/register.ts';
import { type Clock, formatInstant } from '../kernel/clock.ts';
import { failureOf, type MeterOptions, withMeter } from './meter-session.ts';

/** One register as it is printed. */
export interface ReadAnswer {
  readonly register: string;
  readonly value: string | null;
  readonly unit: string;
  readonly readAt: string;
}

/** Reads one register, or every item of a block; `value` is exactly what the meter gave, null where it has none. */
export async function readRegister(options: MeterOptions & { readonly register: string }, clock: Clock): Promise<readonly ReadAnswer[]> {
  return withMeter(options, clock, async (driver, meter) => {
    const answer = await driver.readRegisters(meter, [asRegister(options.register)], { priority: 'on-demand' });
    if (!answer.ok) throw failureOf(answer.error, options.address);
    return answer.value.map(({ register, text, unit, readAt }) => ({ register, value: text ?? null, unit, readAt: formatInstant(readAt) }));
  });
}
