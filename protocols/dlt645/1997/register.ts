/** From the name of a register back to its row. */
import { BASE_STANDARD, type Choices1997, type FoundRow1997, findRow1997, listFields1997 } from './catalog.ts';

const DI_NAME = /^(?:dlt645:)?([0-9A-Fa-f]{4})$/;
const NOW_OBIS = '*255';

const byObis: ReadonlyMap<string, string> = new Map(listFields1997().map(({ register, di }) => [register, di]));

/**
 * The row of a register: OBIS (`1-0:1.8.0`, `1-0:1.8.2`, `1-0:1.8.0*101`), `dlt645:DI`, or a bare DI of 4 hex digits.
 *
 * @returns undefined where the catalogue has no such register
 */
export function findRegister1997(register: string, choices: Choices1997 = BASE_STANDARD): FoundRow1997 | undefined {
  const [, di] = DI_NAME.exec(register) ?? [];
  const named = di?.toUpperCase() ?? byObis.get(register.endsWith(NOW_OBIS) ? register.slice(0, -NOW_OBIS.length) : register);
  return named === undefined ? undefined : findRow1997(named, choices);
}
