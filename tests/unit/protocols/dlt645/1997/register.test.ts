import { describe, expect, test } from 'vitest';
import { decodeItems1997, findRegister1997, findRow1997, formatValue, listFields1997 } from '../../../../../protocols/dlt645/index.ts';

const allDis = Array.from({ length: 0x10000 }, (_, di) => di.toString(16).toUpperCase().padStart(4, '0'));
const ONE_DECIMAL = { voltageDecimals: 1 } as const;

function voltages(choices?: typeof ONE_DECIMAL) {
  const row = findRegister1997('1-0:32.7.0', choices);
  if (row === undefined) return undefined;
  return decodeItems1997(row, Uint8Array.of(0x20, 0x22)).items.map(({ value }) => value !== null && formatValue(value));
}

describe('a register of the 1997 catalogue', () => {
  test.each([
    ['1-0:1.8.0', '9010'],
    ['1-0:1.8.4', '9014'],
    ['1-0:1.8.0*255', '9010'],
    ['1-0:1.8.2*101', '9412'],
    ['1-0:2.8.0*102', '9820'],
    ['1-0:6.8.0', '9150'],
    ['1-0:1.6.0', 'A010'],
    ['1-0:16.7.0', 'B630'],
    ['1-0:76.7.0', 'B633'],
    ['1-0:52.7.0', 'B612'],
    ['1-0:71.7.0', 'B623'],
    ['1-0:13.7.0', 'B650'],
    ['dlt645:901F', '901F'],
    ['c032', 'C032'],
  ])('%s is DI %s', (register, di) => {
    expect(findRegister1997(register)?.di).toBe(di);
  });

  test.each(['1-0:99.99.99', '1-0:1.8.15', '1-0:1.8.0*103', 'dlt645:00010000', 'dlt645:9FFF', ''])('%s there is none', (register) => {
    expect(findRegister1997(register)).toBeUndefined();
  });

  test('has a name of its own, which leads back to its DI', () => {
    const known = allDis.flatMap((di) => findRow1997(di) ?? []);
    expect(known.map(({ register, di }) => [register, findRegister1997(register)?.di, di]).filter(([, back, di]) => back !== di)).toEqual(
      [],
    );
    expect(new Set(known.map(({ register }) => register)).size).toBe(known.length);
    expect(listFields1997()).toHaveLength(known.filter(({ openEnded }) => !openEnded).length);
  });

  test('of a voltage has whole volts, or a decimal where the meter is known to send one', () => {
    expect(voltages()).toEqual(['2220']);
    expect(voltages(ONE_DECIMAL)).toEqual(['222.0']);
  });
});
