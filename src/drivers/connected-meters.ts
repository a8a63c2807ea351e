import type { Asking, MeterFailure } from '../core/ports/meter-gateway.ts';
import { AppError } from '../kernel/app-error.ts';
import type { MeterId } from '../kernel/ids.ts';
import { err, type Result } from '../kernel/result.ts';
import type { DriverMeter, MeterDriver } from './driver.ts';
import { type LineBinding, type Proof, together } from './line-binding.ts';

/** A meter and the driver on its line. */
export interface ConnectedMeter {
  readonly meter: DriverMeter;
  readonly driver: MeterDriver;
  /** Where its line dials in: what it has to prove before it is used. */
  readonly binding?: { readonly line: LineBinding; readonly proof: Proof } | undefined;
}

type Use<T> = (driver: MeterDriver, meter: DriverMeter, asking: Asking) => Promise<Result<T, MeterFailure>>;

export function connectedMeter(meters: ReadonlyMap<MeterId, ConnectedMeter>, meterId: MeterId): ConnectedMeter {
  const found = meters.get(meterId);
  if (found === undefined) throw new AppError('invariant-violated', 'no line leads to this meter', { meterId });
  return found;
}

/** The one way to a meter's line: whoever has to prove first that he is the one has proven it when `work` begins. */
export async function useMeter<T>(
  { meter, driver, binding }: ConnectedMeter,
  asking: Asking,
  work: Use<T>,
): Promise<Result<T, MeterFailure>> {
  if (binding === undefined) return work(driver, meter, asking);
  const admitted = await binding.line.admit({ meter, driver, proof: binding.proof }, asking);
  if (!admitted.ok) return err(admitted.error);
  return work(driver, meter, { ...asking, signal: together(admitted.value, asking.signal) });
}
