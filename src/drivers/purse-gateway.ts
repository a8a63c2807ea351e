import type { MeterFailure } from '../core/ports/meter-gateway.ts';
import type { PurseGateway } from '../core/ports/purse-gateway.ts';
import type { MeterId } from '../kernel/ids.ts';
import { err } from '../kernel/result.ts';
import type { DriverMeter, PurseDriver } from './driver.ts';
import { type ConnectedMeter, finderOf } from './meter-gateway.ts';

const NO_PURSE: MeterFailure = {
  code: 'unsupported-action',
  sent: false,
  protocolError: 'this meter has no purse, or no signer seals for it',
};

/** Purses of meters whose driver knows them and whose orders are sealed. */
export function createPurseGateway(meters: ReadonlyMap<MeterId, ConnectedMeter>): PurseGateway {
  const connected = finderOf(meters);
  const purseOf = (meterId: MeterId): { purse: PurseDriver; meter: DriverMeter } | undefined => {
    const { meter, driver } = connected(meterId);
    return driver.purse === undefined || meter.seal === undefined ? undefined : { purse: driver.purse, meter };
  };
  return {
    hasPurse: (meterId) => purseOf(meterId) !== undefined,
    async readPurse(meterId, asking) {
      const found = purseOf(meterId);
      return found === undefined ? err(NO_PURSE) : found.purse.read(found.meter, asking);
    },
    async fillPurse(meterId, order, asking) {
      const found = purseOf(meterId);
      return found === undefined ? err(NO_PURSE) : found.purse.fill(found.meter, order, asking);
    },
  };
}
