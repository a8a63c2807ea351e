import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  decodeFrame,
  decodeReply1997,
  decodeRequest1997,
  describeFrame,
  encodeReply1997,
  encodeRequest1997,
  type Frame,
} from '../../protocols/dlt645/index.ts';
import { fromHex, toHex } from '../../src/kernel/bytes.ts';

interface Vector {
  readonly id: string;
  readonly hex: string;
  readonly direction: string;
  readonly meaning: {
    readonly address: string;
    readonly control: string;
    readonly abnormal: boolean;
    readonly hasMore: boolean;
    readonly function: string;
    readonly data: string;
    readonly di?: string;
    readonly value?: string;
    readonly unit?: string;
    readonly err?: string;
    readonly raw?: string;
  };
}

const vectors = JSON.parse(readFileSync(new URL('../fixtures/frames/dlt645-1997.json', import.meta.url), 'utf8')) as readonly Vector[];
const bytesOf = ({ hex }: { readonly hex: string }) => fromHex(hex) ?? new Uint8Array(0);

/** o049 and o050: function 03 with bit 5 set in a request; the fixture says so in words, we name the function. */
const WORDED: Readonly<Record<string, string>> = { '0x03 (re-read) with bit 5 set in a request': '97-reread' };

function expectedOf({ direction, meaning }: Vector): object {
  const { address, control, abnormal, hasMore: more, err, raw, di, value, unit } = meaning;
  const way = direction === 'master->meter' ? 'request' : 'reply';
  const name = WORDED[meaning.function] ?? meaning.function;
  const frame = {
    address,
    control,
    direction: way,
    function: name,
    abnormal,
    more,
    error: err ?? raw?.match(/../g)?.toReversed().join('') ?? null,
  };
  if (di === undefined) return { frame };
  return { frame, items: [{ di, ...(value === undefined ? {} : { value }), ...(unit === undefined ? {} : { unit }) }] };
}

/** The frame as the codec builds it from what it read; undefined where its data is not the edition's, or everybody is to be changed. */
function encodedAgain(frame: Frame): Uint8Array | undefined {
  const { address } = frame;
  const reply = decodeReply1997(frame);
  if (reply.ok) return encodeReply1997(address, reply.value);
  const request = decodeRequest1997(frame);
  const changes = request.ok && /^(write|other)$/.test(request.value.kind);
  return request.ok && !(changes && address === '999999999999') ? encodeRequest1997(address, request.value) : undefined;
}

function describe1997(hex: string) {
  const description = describeFrame('dlt645-1997', bytesOf({ hex }));
  if (!description.ok) throw new Error(description.error.code);
  return description.value;
}

describe('DL/T 645-1997 frames from the field', () => {
  test('are all here', () => expect(vectors).toHaveLength(56));

  test.each(vectors)('$id means what its source says', (vector) => {
    expect(describe1997(vector.hex)).toMatchObject(expectedOf(vector));
    const frame = decodeFrame(bytesOf(vector));
    expect(frame.ok && toHex(frame.value.data)).toBe(vector.meaning.data);
  });

  test('are encoded again as they were recorded', () => {
    const encoded = vectors.flatMap((vector) => {
      const frame = decodeFrame(bytesOf(vector));
      const again = frame.ok ? encodedAgain(frame.value) : undefined;
      return again === undefined ? [] : [{ hex: vector.hex, again: toHex(again) }];
    });
    expect(encoded.filter(({ hex, again }) => hex !== again)).toEqual([]);
    expect(encoded).toHaveLength(42);
  });

  test('are refused where they are damaged', () => {
    const invalid = JSON.parse(readFileSync(new URL('../fixtures/frames/invalid.json', import.meta.url), 'utf8')) as readonly {
      readonly hex: string;
      readonly frameProtocol?: string;
    }[];
    const old = invalid.filter(({ frameProtocol }) => frameProtocol === 'dlt645-1997');
    expect(old).toHaveLength(3);
    for (const { hex } of old) expect(describeFrame('dlt645-1997', bytesOf({ hex })).ok).toBe(false);
  });

  test('of either year are told apart by their function', () => {
    for (const { hex, meaning } of vectors) {
      if (meaning.di !== undefined)
        expect(describeFrame('dlt645', bytesOf({ hex }))).toEqual(describeFrame('dlt645-1997', bytesOf({ hex })));
    }
  });

  test('never show a password', () => {
    // level 99, password 88 77 66 travel as CC BB AA 99; 39 39 3A 4C is the date; sum = 2412 = 9 × 256 + 6CH
    const told = describe1997('6899999999999968040A43F3CCBBAA9939393A4C6C16');
    expect(told.write).toEqual({ passwordLevel: '99', operator: null, value: '19070606' });
    expect(JSON.stringify(told)).not.toMatch(/887766|667788/);
  });
});
