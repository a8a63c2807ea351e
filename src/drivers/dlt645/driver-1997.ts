import type { MeterFailure } from '../../core/ports/meter-gateway.ts';
import { err } from '../../kernel/result.ts';
import type { CreateDriver, DriverMeter } from '../driver.ts';
import { edition1997 } from './edition-1997.ts';
import { createReader } from './reader.ts';

const NO_RELAY: MeterFailure = {
  code: 'unsupported-action',
  sent: false,
  protocolError: 'DL/T 645-1997 has no relay command: makers have their own, and none is confirmed',
};

/** DL/T 645-1997 on a bus: it reads. Nothing is written and no relay is moved. */
export const createDlt6451997Driver: CreateDriver = ({ bus, clock }) => {
  const byTheStandard = createReader({ bus, clock, edition: edition1997() });
  const withDecivolts = createReader({ bus, clock, edition: edition1997({ voltageDecimals: 1 }) });
  const readerOf = ({ voltageDecimals = 0 }: DriverMeter) => (voltageDecimals === 1 ? withDecivolts : byTheStandard);
  return {
    readRegisters: (meter, registers, asking) => readerOf(meter).readRegisters(meter, registers, asking),
    readRelay: () => Promise.resolve(err(NO_RELAY)),
    operateRelay: () => Promise.resolve(err(NO_RELAY)),
  };
};
