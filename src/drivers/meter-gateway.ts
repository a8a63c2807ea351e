import type { MeterGateway } from '../core/ports/meter-gateway.ts';
import type { MeterId } from '../kernel/ids.ts';
import { err, ok } from '../kernel/result.ts';
import { type ConnectedMeter, connectedMeter, useMeter } from './connected-meters.ts';
import { failureOfSigner, securedMeter } from './seal.ts';

/** The core's meters: each request goes to the driver of the meter's protocol on the meter's line. */
export function createMeterGateway(meters: ReadonlyMap<MeterId, ConnectedMeter>): MeterGateway {
  const connected = (meterId: MeterId) => connectedMeter(meters, meterId);
  return {
    readRegisters: (meterId, registers, asking) =>
      useMeter(connected(meterId), asking, (driver, meter, admitted) => driver.readRegisters(meter, registers, admitted)),
    readRelay: (meterId, asking) => useMeter(connected(meterId), asking, (driver, meter, admitted) => driver.readRelay(meter, admitted)),
    async readyForRelay(meterId) {
      const { meter } = connected(meterId);
      if (meter.seal === undefined) return ok('ready');
      const proof = await meter.seal.signer.authenticate(securedMeter(meter, meter.seal));
      return proof.ok ? ok('ready') : err(failureOfSigner(proof.error));
    },
    operateRelay: (meterId, order, asking) =>
      useMeter(connected(meterId), asking, (driver, meter, admitted) => driver.operateRelay(meter, order, admitted)),
  };
}
