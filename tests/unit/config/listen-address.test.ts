import { describe, expect, test } from 'vitest';
import { isLoopback, parseListenAddress } from '../../../src/config/listen-address.ts';

describe('an address to listen on', () => {
  test.each([
    ['127.0.0.1:8645', { host: '127.0.0.1', port: 8645 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['[::1]:443', { host: '::1', port: 443 }],
    ['gateway.example:65535', { host: 'gateway.example', port: 65535 }],
  ])('%s is host and port', (text, address) => {
    expect(parseListenAddress(text)).toEqual(address);
  });

  test.each(['', ':8645', '8645', '127.0.0.1', '127.0.0.1:', '127.0.0.1:65536', '::1:443', 'a b:1', 'http://127.0.0.1:80'])(
    '%o is none',
    (text) => {
      expect(parseListenAddress(text)).toBeUndefined();
    },
  );

  test('loopback is told from addresses that only look like it', () => {
    expect(['localhost', '::1', '127.0.0.1', '127.9.9.9'].every(isLoopback)).toBe(true);
    expect(['0.0.0.0', '::', '127.0.0.1.example', 'localhost.example', '128.0.0.1', '10.127.0.0.1'].some(isLoopback)).toBe(false);
  });
});
