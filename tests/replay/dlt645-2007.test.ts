import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  createDlt645Framer,
  type Description,
  decodeFrame,
  decodeRequest,
  describeFrame,
  errorTexts,
} from '../../protocols/dlt645/index.ts';
import { fromHex, toHex } from '../../src/kernel/bytes.ts';

interface Meaning {
  readonly address: string;
  readonly control: string;
  readonly length: number;
  readonly abnormal: boolean;
  readonly hasMore: boolean;
  readonly function: string;
  readonly data: string;
  readonly di?: string;
  readonly name?: string;
  readonly err?: string;
  readonly errText?: readonly string[];
  readonly items?: readonly { readonly value?: string | null; readonly text?: string; readonly unit?: string }[];
  readonly meterAddress?: string;
  readonly passwordLevel?: string;
  readonly password?: string;
  readonly operator?: string;
  readonly n1?: string;
  readonly n2?: string;
  readonly command?: string;
  readonly deadline?: null;
  readonly z?: string;
}

interface Vector {
  readonly id: string;
  readonly hex: string;
  readonly direction: string;
  readonly meaning: Meaning;
  readonly preambleFE?: number;
}

interface InvalidVector {
  readonly id: string;
  readonly hex: string;
  readonly protocol: string;
}

function fixture<T>(name: string): readonly T[] {
  return JSON.parse(readFileSync(new URL(`../fixtures/frames/${name}`, import.meta.url), 'utf8')) as readonly T[];
}

const vectors = fixture<Vector>('dlt645-2007.json');
const invalid = fixture<InvalidVector>('invalid.json').filter(({ protocol }) => protocol === 'dlt645');
const bytesOf = ({ hex, preambleFE = 0 }: Pick<Vector, 'hex' | 'preambleFE'>) =>
  fromHex('FE'.repeat(preambleFE) + hex) ?? new Uint8Array(0);

/** Our word for a relay action where the fixtures use another. */
const ACTIONS: Readonly<Record<string, string>> = { trip: 'trip', 'close-permit': 'arm' };

/**
 * Where we read a frame otherwise than its fixture, each with its reason. Empty: the disputed ones agree too.
 * o057 (read-next without a sequence number and without +33H), o067 (a change of speed without +33H) and o071 (a two-byte
 * DI under function 11) are no valid requests; they are described by what is there, and `decodeRequest` refuses them.
 */
const DIFFERENT: ReadonlySet<string> = new Set();
const NO_VALID_REQUEST: ReadonlySet<string> = new Set(['dlt645-2007-o057', 'dlt645-2007-o067', 'dlt645-2007-o071']);

/** The meaning of a fixture in the words of a description. */
function expectedOf({ direction, meaning }: Vector): object {
  const { address, control, abnormal, hasMore: more, err } = meaning;
  const way = direction === 'master->meter' ? 'request' : 'reply';
  return {
    frame: { address, control, direction: way, function: meaning.function, abnormal, more, error: err ?? null },
    items: expectedItems(meaning),
  };
}

function expectedItems({ di, name, items, meterAddress }: Meaning): readonly object[] {
  if (meterAddress !== undefined) return [{ di: null, name: 'meter address', value: meterAddress }];
  if (di === undefined) return [];
  const values = items ?? [{ value: null }];
  return values.map(({ value, text, unit }) => ({
    di,
    name: name ?? null,
    value: value ?? text ?? null,
    ...(unit === undefined ? {} : { unit }),
  }));
}

function describeOrFail(vector: Vector): Description {
  const description = describeFrame('dlt645-2007', bytesOf(vector));
  if (!description.ok) throw new Error(description.error.code);
  return description.value;
}

describe('DL/T 645-2007 frames from the field', () => {
  test('are all here', () => {
    expect(vectors).toHaveLength(96);
    expect(invalid).toHaveLength(20);
  });

  test.each(vectors.filter(({ id }) => !DIFFERENT.has(id)))('$id means what its source says', (vector) => {
    expect(describeOrFail(vector)).toMatchObject(expectedOf(vector));
    const frame = decodeFrame(fromHex(vector.hex) ?? new Uint8Array(0));
    expect(frame.ok && toHex(frame.value.data)).toBe(vector.meaning.data);
  });

  test.each(vectors.filter(({ meaning }) => meaning.n1 !== undefined))('$id is the relay command that its source says', (vector) => {
    const { passwordLevel, password = '', operator, command = '', n1, n2 = '', deadline } = vector.meaning;
    const { relay } = describeOrFail(vector);
    expect(relay).toEqual({ passwordLevel, operator, action: ACTIONS[command], code: n1, limit: Number.parseInt(n2, 16), deadline });
    const frame = decodeFrame(bytesOf({ hex: vector.hex }));
    const request = frame.ok ? decodeRequest(frame.value) : frame;
    expect(request).toMatchObject({ ok: true, value: { kind: 'relay', password: `${passwordLevel}${password}` } });
  });

  test('say in words what a meter refused', () => {
    for (const { meaning } of vectors)
      if (meaning.err !== undefined) expect(errorTexts(Number.parseInt(meaning.err, 16))).toEqual(meaning.errText);
  });

  test('show the speed of a change of speed as extra data', () => {
    for (const vector of vectors) if (vector.meaning.z !== undefined) expect(describeOrFail(vector).extra).toBe(vector.meaning.z);
  });

  test('are valid messages, but for three', () => {
    const requests = vectors.filter(({ direction }) => direction === 'master->meter');
    const refused = requests.filter(({ hex }) => {
      const frame = decodeFrame(bytesOf({ hex }));
      return !frame.ok || !decodeRequest(frame.value).ok;
    });
    expect(refused.map(({ id }) => id)).toEqual([...NO_VALID_REQUEST]);
  });

  test('come out of one stream, all of them and in order', () => {
    const framer = createDlt645Framer();
    const events = vectors.flatMap((vector) => framer.push(bytesOf(vector)));
    expect(events.map(({ kind, bytes }) => `${kind} ${toHex(bytes)}`)).toEqual(vectors.map(({ hex }) => `frame ${hex}`));
  });

  test.each(invalid)('$id is refused', ({ hex }) => {
    const bytes = fromHex(hex) ?? new Uint8Array(0);
    expect(describeFrame('dlt645-2007', bytes)).toEqual({ ok: false, error: { code: 'bad-checksum' } });
    const framer = createDlt645Framer();
    expect([...framer.push(bytes), ...framer.drain()].every(({ kind }) => kind === 'noise')).toBe(true);
  });

  test('of a vendor are frames with an unknown function', () => {
    for (const vector of fixture<Vector>('dlt645-vendor.json')) {
      expect(describeOrFail(vector)).toMatchObject({ frame: { control: '80', function: '0x00' }, items: [] });
    }
  });
});
