import type { MeterGateway } from '../core/ports/meter-gateway.ts';
import { AppError } from '../kernel/app-error.ts';
import type { MeterId } from '../kernel/ids.ts';
import { err, ok } from '../kernel/result.ts';
import type { DriverMeter, MeterDriver } from './driver.ts';
import { failureOfSigner, securedMeter } from './seal.ts';

/** A meter and the driver on its line. */
export interface ConnectedMeter {
  readonly meter: DriverMeter;
  readonly driver: MeterDriver;
}

/** The core's meters: each request goes to the driver of the meter's protocol on the meter's line. */
export function createMeterGateway(meters: ReadonlyMap<MeterId, ConnectedMeter>): MeterGateway {
  const connected = finderOf(meters);
  return {
    async readRegisters(meterId, registers, asking) {
      const { meter, driver } = connected(meterId);
      return driver.readRegisters(meter, registers, asking);
    },
    async readRelay(meterId, asking) {
      const { meter, driver } = connected(meterId);
      return driver.readRelay(meter, asking);
    },
    async readyForRelay(meterId) {
      const { meter } = connected(meterId);
      if (meter.seal === undefined) return ok('ready');
      const proof = await meter.seal.signer.authenticate(securedMeter(meter, meter.seal));
      return proof.ok ? ok('ready') : err(failureOfSigner(proof.error));
    },
    async operateRelay(meterId, order, asking) {
      const { meter, driver } = connected(meterId);
      return driver.operateRelay(meter, order, asking);
    },
  };
}

export function finderOf(meters: ReadonlyMap<MeterId, ConnectedMeter>): (meterId: MeterId) => ConnectedMeter {
  return (meterId) => {
    const found = meters.get(meterId);
    if (found === undefined) throw new AppError('invariant-violated', 'no line leads to this meter', { meterId });
    return found;
  };
}
