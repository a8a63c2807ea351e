import type { Instant } from '../../src/kernel/clock.ts';
import { identify } from './data-identifier.ts';
import { readEnergy } from './energy-items.ts';
import { readParameter } from './parameter-items.ts';
import { readFreeze, readRelayRecord } from './record-items.ts';
import { readVariable } from './variable-items.ts';
import type { Works } from './works.ts';

/** DI2 of what people did. */
const ACTS = 0x30;

/** The bytes behind a DI at this moment; undefined where this meter has no such data. Time must have passed up to `now`. */
export function readItem(works: Works, di: string, now: Instant): Uint8Array | undefined {
  const identifier = identify(di);
  switch (identifier.class) {
    case 0x00:
      return readEnergy(works, identifier);
    case 0x02:
      return readVariable(works, identifier, now);
    case 0x03:
      return identifier.quantity === ACTS ? works.acts.read(identifier) : undefined;
    case 0x04:
      return readParameter(works, identifier, now);
    case 0x05:
      return readFreeze(works, identifier);
    case 0x1d:
      return readRelayRecord(works.trips, identifier);
    case 0x1e:
      return readRelayRecord(works.closings, identifier);
    default:
      return undefined;
  }
}
