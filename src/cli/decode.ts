import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { describeFrame } from '../../protocols/dlt645/index.ts';
import { type Direction, describeModbus } from '../../protocols/modbus/index.ts';
import { fromHex } from '../kernel/bytes.ts';
import { ERROR_CODES, type ErrorCode } from '../kernel/error-codes.ts';

const PROTOCOLS = ['dlt645', 'dlt645-1997', 'dlt645-2007', 'modbus-rtu', 'modbus-tcp'] as const;

/** Answers each line of input at once and in order, with one line of JSON. */
export async function decodeLines(input: Readable, print: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() !== '') print(JSON.stringify(decodeLine(line)));
  }
}

/** One question, `{"id","protocol","hex"}`, and its answer. */
export function decodeLine(line: string): object {
  const question = parse(line);
  if (question === undefined) return refusal(undefined, 'bad-request', 'a line is one JSON object with id, protocol and hex');
  const { id, protocol, hex, direction } = question;
  const known = PROTOCOLS.find((candidate) => candidate === protocol);
  if (known === undefined)
    return refusal(id, 'unknown-protocol', `protocol is ${JSON.stringify(protocol)}; expected one of ${PROTOCOLS.join(', ')}`);
  const bytes = typeof hex === 'string' ? fromHex(hex) : undefined;
  if (bytes === undefined)
    return refusal(id, 'bad-hex', `hex is ${JSON.stringify(hex)?.slice(0, 80) ?? 'missing'}; expected pairs of hex digits`);
  if (known === 'modbus-rtu' || known === 'modbus-tcp') return decodeModbus(id, known, bytes, direction);
  const description = describeFrame(known, bytes);
  if (!description.ok) return refusal(id, description.error.code, ERROR_CODES[description.error.code].meaning);
  if (direction !== undefined && direction !== description.value.frame.direction) {
    return refusal(id, 'bad-data', `direction is ${JSON.stringify(direction)}; the control code says ${description.value.frame.direction}`);
  }
  return { id, ok: true, ...description.value };
}

/** A Modbus frame does not say which way it went; many fit one way only. */
const DIRECTIONS: ReadonlyMap<unknown, Direction> = new Map([
  ['request', 'request'],
  ['reply', 'reply'],
  ['response', 'reply'],
]);

function decodeModbus(id: unknown, protocol: 'modbus-rtu' | 'modbus-tcp', bytes: Uint8Array, direction: unknown): object {
  if (direction !== undefined && !DIRECTIONS.has(direction))
    return refusal(id, 'bad-data', `direction is ${JSON.stringify(direction)}; expected request or reply`);
  const description = describeModbus(protocol, bytes, DIRECTIONS.get(direction));
  if (description.ok) return { id, ok: true, ...description.value };
  const { code } = description.error;
  return refusal(id, code, MODBUS_MEANINGS[protocol][code] ?? ERROR_CODES[code].meaning);
}

/** Where the words of the code are those of a DL/T 645 frame. */
const MODBUS_MEANINGS: Readonly<Record<'modbus-rtu' | 'modbus-tcp', Partial<Record<ErrorCode, string>>>> = {
  'modbus-rtu': { 'bad-length': 'A frame is 5 to 256 bytes long' },
  'modbus-tcp': {
    'bad-length': 'A frame is 9 to 260 bytes long, and its length field counts those behind it',
    'bad-delimiter': 'The protocol identifier, bytes 3 and 4, is not 0000',
  },
};

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const refusal = (id: unknown, code: ErrorCode, detail: string) => ({ id: id ?? null, ok: false, error: { code, detail } });
