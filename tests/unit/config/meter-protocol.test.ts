import { describe, expect, test } from 'vitest';
import { createMapShelf, talkError } from '../../../src/config/meter-protocol.ts';
import { registerMapFile } from '../../../src/config/register-map.ts';

describe('How a meter is talked to', () => {
  test.each([
    { protocol: 'dlt645-2007', address: '000012345678' },
    { protocol: 'dlt645-2007', address: '000012345678', security: 'esam' as const },
    { protocol: 'modbus-rtu', address: '1', map: 'eastron-sdm630' },
    { protocol: 'modbus-tcp', address: '247', map: './acme-m1.json' },
  ])('is right as $protocol $address', (talk) => {
    expect(talkError(talk)).toBeUndefined();
  });

  test.each([
    [{ protocol: 'dlt645-2007', address: '999999999999' }, 'address', '12 digits, as printed on one meter'],
    [{ protocol: 'dlt645-2007', address: '000012345678', map: 'eastron-sdm630' }, 'map', 'none: only Modbus meters have a register map'],
    [{ protocol: 'modbus-rtu', address: '0', map: 'eastron-sdm630' }, 'address', 'a Modbus unit, 1 to 247'],
    [{ protocol: 'modbus-rtu', address: '248', map: 'eastron-sdm630' }, 'address', 'a Modbus unit, 1 to 247'],
    [
      { protocol: 'modbus-rtu', address: '1', map: 'eastron-sdm630', security: 'esam' as const },
      'security',
      'password: only DL/T 645 meters have an ESAM',
    ],
    [{ protocol: 'modbus-tcp', address: '1' }, 'map', 'a register map, as eastron-sdm630, or the path of one'],
  ])('is wrong as %o', (talk, field, expected) => {
    expect(talkError(talk)).toMatchObject({ field, expected });
  });
});

test('A register map is read once, however many meters name it', () => {
  const load = createMapShelf();
  const file = registerMapFile('eastron-sdm630', '.');
  expect(load(file)).toBe(load(file));
});
