/** What the meters of the TCP scenarios are asked and what they answer, byte by byte. */
import { encodeItems, encodeReply, encodeRequest, findRow } from '../protocols/dlt645/index.ts';
import { HELD } from './rtu-meter.ts';

export type FleetKind = 'modbus' | 'dlt645';

const MODBUS_HEAD = 9;
const heldBytes = HELD.flatMap((value) => [value >> 8, value & 0xff]);
const modbusTemplate = Buffer.from([0, 0, 0, 0, 0, heldBytes.length + 3, 0, 3, heldBytes.length, ...heldBytes]);

/** Ten holding registers, under the transaction and unit of the request. */
export function modbusAnswer(request: Uint8Array): Buffer {
  const answer = Buffer.from(modbusTemplate);
  answer[0] = request[0] ?? 0;
  answer[1] = request[1] ?? 0;
  answer[6] = request[6] ?? 0;
  return answer;
}

export const MODBUS_ANSWER_BYTES = MODBUS_HEAD + heldBytes.length;

/** `transaction 0000 0006 unit 03 0000 000A`. */
export function modbusRequest(unit: number): Buffer {
  return Buffer.from([0, 0, 0, 0, 0, 6, unit, 3, 0, 0, 0, HELD.length]);
}

const WAKE_UP = 4;
const ADDRESS_AT = WAKE_UP + 1;
const ADDRESS_BYTES = 6;
export const ENERGY = '12345.67';

const row = findRow('00010000');
const zero = '000000000000';
const dlt645Template = Buffer.from(
  row === undefined
    ? []
    : encodeReply(
        zero,
        {
          kind: 'read',
          di: row.di,
          value: encodeItems(row, [{ value: { kind: 'number', decimal: { unscaled: 1_234_567n, scale: 2 } } }]),
          more: false,
        },
        { wakeUp: WAKE_UP },
      ),
);

/** Forward active energy, under the address of the request. */
export function dlt645Answer(request: Uint8Array): Buffer {
  const answer = Buffer.from(dlt645Template);
  const checksumAt = answer.length - 2;
  let sum = answer[checksumAt] ?? 0;
  for (let index = ADDRESS_AT; index < ADDRESS_AT + ADDRESS_BYTES; index++) {
    answer[index] = request[index] ?? 0;
    sum += request[index] ?? 0;
  }
  answer[checksumAt] = sum & 0xff;
  return answer;
}

export const DLT645_ANSWER_BYTES = dlt645Template.length;

export const dlt645Address = (index: number): string => String(index + 1).padStart(12, '0');

export function dlt645Request(index: number): Buffer {
  return Buffer.from(encodeRequest(dlt645Address(index), { kind: 'read', di: '00010000' }, { wakeUp: WAKE_UP }));
}
