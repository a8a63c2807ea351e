/** From the name of a register back to its DI. */
import { hexPair } from '../../../shared/hex.ts';
import { familyOf } from './family.ts';
import { diRows, type FoundRow, findRow } from './find.ts';

const DI_NAME = /^(?:dlt645:)?([0-9A-Fa-f]{8})$/;
/** A-B:C.D.E*F; F is left away where it is 255, "now". */
const OBIS = /^(\d+-\d+:\d+\.\d+)\.(\d{1,3})(?:\*(\d{3}))?$/;
const NOW_OBIS = '255';
const SETTLEMENT_OBIS = 100;

const byObis: ReadonlyMap<string, string> = new Map(diRows.flatMap(({ di, register }) => obisKeys(register, di)));

/** `1-0:1.8.E*F` stays a family; a list in parentheses becomes one key for each phase. */
function obisKeys(register: string, di: string): readonly (readonly [obis: string, di: string])[] {
  const [, list] = /\(([\d,]+)\)/.exec(register) ?? [];
  if (list === undefined) return register.startsWith('dlt645:') ? [] : [[register, di]];
  const [pair = ''] = di.match(/TT|PP/) ?? [];
  const first = familyOf(pair)?.first ?? 0;
  return list.split(',').map((entry, index) => [register.replace(`(${list})`, entry), di.replace(pair, hexPair(first + index))]);
}

/**
 * The row of a register: OBIS (`1-0:1.8.0`, `1-0:1.8.2`, `1-0:1.8.0*101`), `dlt645:DI`, or a bare DI of 8 hex digits.
 *
 * @returns undefined where the catalogue has no such register
 */
export function findRegister(register: string): FoundRow | undefined {
  const [, di] = DI_NAME.exec(register) ?? [];
  if (di !== undefined) return findRow(di.toUpperCase());
  const [, group = '', rate = '', settlement = NOW_OBIS] = OBIS.exec(register) ?? [];
  const alone = settlement === NOW_OBIS ? byObis.get(`${group}.${rate}`) : undefined;
  const template = alone ?? byObis.get(`${group}.E*F`) ?? byObis.get(`${group}.${rate}*F`);
  const day = settlement === NOW_OBIS ? 0 : Number(settlement) - SETTLEMENT_OBIS;
  if (template === undefined || day < 0 || (day === 0 && settlement !== NOW_OBIS)) return undefined;
  return findRow(template.replace('RR', hexPair(Number(rate))).replace('HH', hexPair(day)));
}
