/** docs/concentrator-protocol.md says nothing that the code does not do: every message in it is read by the gateway's own decoders. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  DEFAULT_TOPICS,
  decodeEnvelope,
  decodeStatus,
  decodeUplink,
  ENVELOPE_SCHEMA,
  encodeDownlink,
} from '../../../../protocols/concentrator/index.ts';
import { decodeFrame } from '../../../../protocols/dlt645/index.ts';
import { fromHex } from '../../../../src/kernel/bytes.ts';
import { createReply } from '../../../../src/transports/mqtt-reply.ts';
import { instant } from '../../../support/core-facts.ts';

const DOCUMENT = readFileSync(path.join(import.meta.dirname, '../../../../docs/concentrator-protocol.md'), 'utf8');

/** The messages of one kind, in the order of the page. */
const messages = (kind: string): readonly string[] =>
  [...DOCUMENT.matchAll(/^```json (\w+)\n([\s\S]*?)^```$/gm)].filter(([, name]) => name === kind).map(([, , text = '']) => text);
const bytesOf = (hex: unknown) => fromHex(String(hex)) ?? new Uint8Array(0);

describe('The document of the concentrator protocol', () => {
  test('has messages of every kind', () => {
    expect(['down', 'up', 'status', 'envelope', 'mistake'].map((kind) => messages(kind).length)).toEqual([1, 3, 2, 1, 1]);
  });

  test('shows the request that the gateway would write, and its frame', () => {
    const [text = ''] = messages('down');
    const { frameHex, expiresAt, ...fields } = JSON.parse(text);
    expect(JSON.parse(encodeDownlink({ ...fields, bytes: bytesOf(frameHex), expiresAt: instant(expiresAt) }))).toEqual(JSON.parse(text));
    expect(decodeFrame(bytesOf(frameHex))).toMatchObject({ ok: true, value: { address: '000012345678', control: 0x11 } });
  });

  test('shows a reply whole and in pieces, and both are the same frame', () => {
    const [whole, ...pieces] = messages('up').map((text) => decodeUplink(text));
    const reply = createReply();
    const joined = pieces.flatMap((piece) => [...reply.take(piece?.bytes ?? new Uint8Array(0), piece?.offset)]);
    expect(joined).toEqual([...(whole?.bytes ?? [])]);
    expect(decodeFrame(Uint8Array.from(joined))).toMatchObject({ ok: true, value: { address: '000012345678', control: 0x91 } });
  });

  test('shows the two words of a status', () => {
    expect(messages('status').map(decodeStatus)).toEqual(['online', 'offline']);
  });

  test('shows an envelope that is read, and a mistake that is named as it says', () => {
    const [envelope = ''] = messages('envelope');
    expect(decodeEnvelope(envelope)).toMatchObject({
      ok: true,
      value: { seq: 17, samples: [{ meterTime: undefined }, { values: { length: 3 } }] },
    });
    const decoded = decodeEnvelope(messages('mistake')[0] ?? '');
    const error = decoded.ok ? undefined : decoded.error;
    expect(DOCUMENT).toContain(`\`${error?.path} is ${error?.found}\``);
  });

  test.each(Object.entries(DEFAULT_TOPICS))('names the topic of %s', (_name, topic) => {
    expect(DOCUMENT).toContain(`| \`${topic}\` |`);
  });

  test('explains every field of an envelope', () => {
    const { samples } = ENVELOPE_SCHEMA.properties;
    const { values } = samples.items.properties;
    const fields = [ENVELOPE_SCHEMA, samples.items, values.items].flatMap(({ properties }) => Object.keys(properties));
    expect(fields.filter((name) => !DOCUMENT.includes(`\`${name}\``) && !DOCUMENT.includes(`\`${name}[]\``))).toEqual([]);
    expect(DOCUMENT).toContain(`${samples.maxItems} samples, ${values.maxItems} values each`);
  });
});
