import { bcd, digits, join, text } from './encode.ts';
import { DAY_TABLE, TARIFFS } from './tou.ts';

/** Parameters by DI, as they travel. */
export type Parameters = Map<string, Uint8Array>;

export const TRIP_DELAY_DI = '04001401';
export const SETTLEMENT_DAY_DI = '04000B01';

const WRITABLE: ReadonlySet<string> = new Set([
  '04000103',
  '04000104',
  '04000306',
  '04000307',
  '0400040E',
  '04000A02',
  '04000E03',
  '04000E04',
  '04000F01',
  '04000F02',
  '04000F04',
  '04001001',
  '04001002',
  '04001003',
  SETTLEMENT_DAY_DI,
  '04000B02',
  '04000B03',
  TRIP_DELAY_DI,
  '04001402',
  '04001403',
]);

export function createParameters(address: string, tripDelayMinutes: number): Parameters {
  const slots = [...DAY_TABLE].map(({ hour, minute, tariff }) => join(bcd(1, tariff), bcd(1, minute), bcd(1, hour)));
  return new Map([
    ['04000103', bcd(1, 15)],
    ['04000104', bcd(1, 1)],
    ['04000201', bcd(1, 1)],
    ['04000202', bcd(1, 1)],
    ['04000203', bcd(1, DAY_TABLE.length)],
    ['04000204', bcd(1, TARIFFS)],
    ['04000306', bcd(3, 1)],
    ['04000307', bcd(3, 1)],
    ['04000401', digits(address)],
    ['04000402', digits(address)],
    ['04000404', text(6, '220V')],
    ['04000405', text(6, '5A')],
    ['04000406', text(6, '60A')],
    ['04000407', text(4, '1.0')],
    ['04000409', bcd(3, 1200)],
    ['0400040B', text(10, 'SIM-645')],
    ['0400040D', text(16, 'DL/T645-2007')],
    ['0400040E', bcd(6, 0)],
    ['04000A02', bcd(2, 15)],
    [SETTLEMENT_DAY_DI, bcd(2, 100)],
    ['04000B02', bcd(2, 9999)],
    ['04000B03', bcd(2, 9999)],
    ['04000E03', bcd(2, 2640)],
    ['04000E04', bcd(2, 1760)],
    ['04000F01', bcd(4, 0)],
    ['04000F02', bcd(4, 0)],
    ['04000F04', bcd(4, 0)],
    ['04001001', bcd(4, 0)],
    ['04001002', bcd(4, 0)],
    ['04001003', bcd(4, 0)],
    [TRIP_DELAY_DI, bcd(2, tripDelayMinutes)],
    ['04001402', bcd(3, 0)],
    ['04001403', bcd(2, 0)],
    ['04010000', digits('010101')],
    ['04010001', join(...slots)],
    ['04800001', text(32, 'FEIKONG-SIM-1')],
  ]);
}

/** Puts a new value into a writable parameter of the same length; false where there is none. */
export function writeParameter(parameters: Parameters, di: string, value: Uint8Array): boolean {
  if (!WRITABLE.has(di) || parameters.get(di)?.length !== value.length) return false;
  parameters.set(di, value.slice());
  return true;
}
