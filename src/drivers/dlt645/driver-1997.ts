import type { Choices1997 } from '../../../protocols/dlt645/index.ts';
import type { MeterFailure } from '../../core/ports/meter-gateway.ts';
import { err } from '../../kernel/result.ts';
import type { CreateDriver, MeterDriver } from '../driver.ts';
import { edition1997 } from './edition-1997.ts';
import { createReader } from './reader.ts';

const NO_RELAY: MeterFailure = {
  code: 'unsupported-action',
  sent: false,
  protocolError: 'DL/T 645-1997 has no relay command: makers have their own, and none is confirmed',
};

/**
 * DL/T 645-1997 on a bus: it reads. Nothing is written and no relay is moved.
 *
 * @param deps.choices what is known of these meters besides their frames; without it the base standard holds
 */
export function createDlt6451997Driver({
  bus,
  clock,
  choices,
}: Parameters<CreateDriver>[0] & { readonly choices?: Choices1997 }): MeterDriver {
  const { readRegisters } = createReader({ bus, clock, edition: edition1997(choices) });
  return {
    readRegisters,
    readRelay: () => Promise.resolve(err(NO_RELAY)),
    operateRelay: () => Promise.resolve(err(NO_RELAY)),
  };
}
