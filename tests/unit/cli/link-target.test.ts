import { expect, test } from 'vitest';
import { parseLinkTarget } from '../../../src/cli/link-target.ts';

const port = { baudRate: 2400, dataBits: 8, parity: 'even', stopBits: 1 };
const topics = { down: 'feikong/v1/concentrators/{concentrator}/down', up: 'feikong/v1/concentrators/{concentrator}/up' };

test.each([
  ['serial:/dev/ttyUSB0', { kind: 'serial', path: '/dev/ttyUSB0', port }],
  [
    'serial:/dev/ttyS1?baud=9600&parity=none&dataBits=7&stopBits=2',
    { kind: 'serial', path: '/dev/ttyS1', port: { baudRate: 9600, dataBits: 7, parity: 'none', stopBits: 2 } },
  ],
  ['tcp://10.0.0.7:4001', { kind: 'tcp', host: '10.0.0.7', portNumber: 4001 }],
  ['rtu+tcp://[::1]:502', { kind: 'tcp', host: '::1', portNumber: 502 }],
  ['mqtt://broker:1883/JZQ', { kind: 'mqtt', broker: 'mqtt://broker:1883', concentrator: 'JZQ', portNumber: 1, topics }],
  [
    'mqtt://broker:1883/JZQ?down=a/{concentrator}/d&up=a/u&port=3',
    {
      kind: 'mqtt',
      broker: 'mqtt://broker:1883',
      concentrator: 'JZQ',
      portNumber: 3,
      topics: { down: 'a/{concentrator}/d', up: 'a/u' },
    },
  ],
])('%s is a link', (text, target) => {
  expect(parseLinkTarget(text)).toEqual(target);
});

test.each([
  ['udp://10.0.0.7:1', /--link is udp:\/\/10\.0\.0\.7:1; expected serial:PATH/],
  ['serial:', /expected serial:PATH/],
  ['tcp://10.0.0.7', /expected serial:PATH/],
  ['tcp://10.0.0.7:70000', /expected serial:PATH/],
  ['mqtt://broker:1883', /expected serial:PATH/],
  ['serial:/dev/ttyS1?parity=mark', /^--link has parity=mark; expected one of none, even, odd$/],
  ['serial:/dev/ttyS1?baud=fast', /^--link has baud=fast; expected a whole number from 1 to 4000000$/],
  ['serial:/dev/ttyS1?speed=9600', /^--link has speed=9600; expected one of baud, parity, dataBits, stopBits; there is no such option$/],
  ['tcp://10.0.0.7:1?baud=9600', /^--link has baud=9600; expected nothing after the address; there is no such option$/],
  ['mqtt://broker:1883/JZQ?up=a/%2B', /^--link has up=a\/\+; expected one topic/],
  ['mqtt://broker:1883/JZQ?down=a/+/b', /^--link has down=a\/\+\/b; expected one topic, without blanks and the wildcards/],
  ['mqtt://broker:1883/JZQ?port=0', /^--link has port=0; expected a whole number from 1 to 255$/],
])('%s is refused in one sentence', (text, sentence) => {
  expect(() => parseLinkTarget(text)).toThrow(sentence);
});
