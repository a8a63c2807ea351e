import { expect, test } from 'vitest';
import { decodeLine } from '../../../src/cli/decode.ts';

test.each([
  ['modbus-tcp', '000100010006010300000001', 'bad-delimiter', 'The protocol identifier, bytes 3 and 4, is not 0000'],
  ['modbus-tcp', '00010000000701030000', 'bad-length', 'A frame is 9 to 260 bytes long, and its length field counts those behind it'],
  // The CRC of 01 03 is 2140H.
  ['modbus-rtu', '01034021', 'bad-length', 'A frame is 5 to 256 bytes long'],
  ['dlt645', '6816', 'bad-length', 'The length byte and the bytes disagree'],
])('a frame of %s, %s, is refused in the words of its protocol', (protocol, hex, code, detail) => {
  expect(decodeLine(JSON.stringify({ id: 1, protocol, hex }))).toEqual({ id: 1, ok: false, error: { code, detail } });
});
