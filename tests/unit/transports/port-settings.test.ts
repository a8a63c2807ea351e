import { expect, test } from 'vitest';
import { type PortSettings, silenceMs } from '../../../src/transports/port-settings.ts';

const EVEN: PortSettings = { baudRate: 9600, dataBits: 8, parity: 'even', stopBits: 1 };

// 3.5 × 11 bits = 38.5 bits, and 35 bits without parity; above 19 200 bit/s 1.75 ms whatever the speed.
test.each<[string, PortSettings, number]>([
  ['1200 bit/s 8E1', { ...EVEN, baudRate: 1200 }, 32.0833],
  ['9600 bit/s 8E1', EVEN, 4.0104],
  ['9600 bit/s 8N1', { ...EVEN, parity: 'none' }, 3.6458],
  ['19 200 bit/s 8E1', { ...EVEN, baudRate: 19_200 }, 2.0052],
  ['38 400 bit/s 8E1', { ...EVEN, baudRate: 38_400 }, 1.75],
  ['115 200 bit/s 8N1', { ...EVEN, baudRate: 115_200, parity: 'none' }, 1.75],
])('the silence of 3.5 characters at %s is as long as the standard says', (_, port, ms) => {
  expect(silenceMs(port, 3.5)).toBeCloseTo(ms, 3);
});
