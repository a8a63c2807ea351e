import type { Asking, MeterFailure } from '../core/ports/meter-gateway.ts';
import type { PurseGateway } from '../core/ports/purse-gateway.ts';
import type { MeterId } from '../kernel/ids.ts';
import { err, type Result } from '../kernel/result.ts';
import { type ConnectedMeter, connectedMeter, useMeter } from './connected-meters.ts';
import type { DriverMeter, MeterDriver, PurseDriver } from './driver.ts';

const NO_PURSE: MeterFailure = {
  code: 'unsupported-action',
  sent: false,
  protocolError: 'this meter has no purse, or no signer seals for it',
};

/** Purses of meters whose driver knows them and whose orders are sealed. */
export function createPurseGateway(meters: ReadonlyMap<MeterId, ConnectedMeter>): PurseGateway {
  async function usePurse<T>(
    meterId: MeterId,
    asking: Asking,
    work: (purse: PurseDriver, meter: DriverMeter, asking: Asking) => Promise<Result<T, MeterFailure>>,
  ): Promise<Result<T, MeterFailure>> {
    const connected = connectedMeter(meters, meterId);
    const purse = purseOf(connected);
    if (purse === undefined) return err(NO_PURSE);
    return useMeter(connected, asking, (_driver, meter, admitted) => work(purse, meter, admitted));
  }
  return {
    hasPurse: (meterId) => purseOf(connectedMeter(meters, meterId)) !== undefined,
    readPurse: (meterId, asking) => usePurse(meterId, asking, (purse, meter, admitted) => purse.read(meter, admitted)),
    fillPurse: (meterId, order, asking) => usePurse(meterId, asking, (purse, meter, admitted) => purse.fill(meter, order, admitted)),
  };
}

const purseOf = ({ meter, driver }: { readonly meter: DriverMeter; readonly driver: MeterDriver }): PurseDriver | undefined =>
  meter.seal === undefined ? undefined : driver.purse;
