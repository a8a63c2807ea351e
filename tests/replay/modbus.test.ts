import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  createRtuReplyFramer,
  createRtuRequestFramer,
  createTcpFramer,
  describeModbus,
  type ModbusProtocol,
} from '../../protocols/modbus/index.ts';
import { fromHex, toHex } from '../../src/kernel/bytes.ts';

interface Vector {
  readonly id: string;
  readonly protocol: ModbusProtocol;
  readonly hex: string;
  readonly direction: string;
  readonly meaning: Readonly<Record<string, string | number>>;
}

const vectors = JSON.parse(readFileSync(new URL('../fixtures/frames/modbus.json', import.meta.url), 'utf8')) as readonly Vector[];
const bytesOf = ({ hex }: Vector) => fromHex(hex) ?? new Uint8Array(0);

/** The TCP fixtures tell the PDU's rest as `payload`; our byte count is the length of `data`. */
function expectedOf({ meaning }: Vector): object {
  const { byteCount, payload, ...told } = meaning;
  if (payload === undefined) return told;
  const words =
    String(payload)
      .match(/..../g)
      ?.map((word) => Number.parseInt(word, 16)) ?? [];
  return { ...told, kind: 'read request', address: words[0], quantity: words[1] };
}

describe('Modbus frames from the field', () => {
  test('are all here', () => {
    expect(vectors).toHaveLength(77);
  });

  test.each(vectors.map((vector): [string, Vector] => [vector.id, vector]))('%s is described as it is meant', (_, vector) => {
    expect(describeModbus(vector.protocol, bytesOf(vector))).toEqual({ ok: true, value: { frame: expectedOf(vector) } });
  });

  test.each(vectors.map((vector): [string, Vector] => [vector.id, vector]))('%s is cut out of a stream byte by byte', (_, vector) => {
    const replies = () => createRtuReplyFramer();
    const create = vector.protocol === 'modbus-tcp' ? createTcpFramer : vector.direction === 'response' ? replies : createRtuRequestFramer;
    const framer = create();
    const events = [...bytesOf(vector)].flatMap((byte) => framer.push(Uint8Array.of(byte)));
    expect(events.map(({ kind, bytes }) => [kind, toHex(bytes)])).toEqual([['frame', vector.hex]]);
  });
});
