import { expect, test } from 'vitest';
import { portsToProbe } from '../../../src/cli/scan-ports.ts';

const told = (link: string) => portsToProbe(link).map(({ baudRate, parity }) => `${baudRate} ${parity}`);

test.each([
  [
    'serial:/dev/ttyS1',
    ['2400 even', '9600 even', '1200 even', '9600 none', '4800 even', '19200 even', '2400 none', '4800 none', '19200 none'],
  ],
  ['serial:/dev/ttyS1?parity=odd', ['2400 odd', '9600 odd', '1200 odd', '4800 odd', '19200 odd']],
  ['serial:/dev/ttyS1?baud=600', ['600 even', '600 none']],
  ['serial:/dev/ttyS1?baud=9600&parity=none', ['9600 none']],
  ['tcp://10.0.0.7:4001', ['2400 even']],
  ['mqtt://broker:1883/JZQ', ['2400 even']],
])('%s is probed under what it leaves open', (link, settings) => {
  expect(told(link)).toEqual(settings);
});
