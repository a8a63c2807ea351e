import { expect, test } from 'vitest';
import { characterMs, DEFAULT_PORT_SETTINGS } from '../../../src/transports/port-settings.ts';
import { serialOptions } from '../../../src/transports/serial-transport.ts';

test('a serial port is asked for 8E1 at the speed of the standard, for us alone', () => {
  expect(serialOptions('/dev/ttyS0', DEFAULT_PORT_SETTINGS)).toEqual({
    path: '/dev/ttyS0',
    baudRate: 2400,
    dataBits: 8,
    parity: 'even',
    stopBits: 1,
    autoOpen: false,
    lock: true,
  });
});

test('a character is eleven bits with parity and ten without', () => {
  expect(characterMs({ baudRate: 9600, dataBits: 8, parity: 'even', stopBits: 1 })).toBeCloseTo(1.1458, 4);
  expect(characterMs({ baudRate: 2400, dataBits: 8, parity: 'none', stopBits: 1 })).toBeCloseTo(4.1667, 4);
});
