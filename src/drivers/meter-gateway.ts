import type { Asking, MeterFailure, MeterGateway } from '../core/ports/meter-gateway.ts';
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

/** The core's meters: each request goes to the driver of the meter's protocol on the meter's line. */
export function createMeterGateway(meters: ReadonlyMap<MeterId, ConnectedMeter>): MeterGateway {
  async function use<T>(meterId: MeterId, asking: Asking, work: Use<T>): Promise<Result<T, MeterFailure>> {
    const found = meters.get(meterId);
    if (found === undefined) throw new AppError('invariant-violated', 'no line leads to this meter', { meterId });
    const { meter, driver, binding } = found;
    if (binding === undefined) return work(driver, meter, asking);
    const admitted = await binding.line.admit({ meter, driver, proof: binding.proof }, asking);
    if (!admitted.ok) return err(admitted.error);
    return work(driver, meter, { ...asking, signal: together(admitted.value, asking.signal) });
  }
  return {
    readRegisters: (meterId, registers, asking) =>
      use(meterId, asking, (driver, meter, admitted) => driver.readRegisters(meter, registers, admitted)),
    readRelay: (meterId, asking) => use(meterId, asking, (driver, meter, admitted) => driver.readRelay(meter, admitted)),
    operateRelay: (meterId, order, asking) =>
      use(meterId, asking, (driver, meter, admitted) => driver.operateRelay(meter, order, admitted)),
  };
}
