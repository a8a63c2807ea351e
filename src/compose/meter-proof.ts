import type { PointConfig } from '../config/load.ts';
import { asRegister, ENERGY_TOTAL, type RegisterName } from '../core/model/register.ts';
import type { Proof } from '../drivers/line-binding.ts';

/** Where a DL/T 645 meter says its own communication address. */
const OWN_ADDRESS: Readonly<Record<string, RegisterName>> = {
  'dlt645-2007': asRegister('dlt645:04000401'),
  'dlt645-1997': asRegister('dlt645:C034'),
};

/** What a meter has to say before it is used on a line that dials in. */
export function proofOf({ meter, serialNumber, binding }: PointConfig): Proof {
  const ownAddress = OWN_ADDRESS[meter.protocol];
  if (binding === 'number' && ownAddress !== undefined) return { register: ownAddress, expected: meter.address };
  if (binding === 'number' && serialNumber !== undefined) return { register: SERIAL_NUMBER, expected: serialNumber };
  return { register: ENERGY_TOTAL, expected: undefined };
}

/** @source IEC 62056-61: device number of the maker */
const SERIAL_NUMBER = asRegister('0-0:96.1.0');
