/** The Modbus meter of the benches: ten holding registers, and a register map that names them. */
import { encodeReply, encodeRequest, encodeRtu, type RegisterMap } from '../protocols/modbus/index.ts';
import { asRegister, type RegisterName } from '../src/core/model/register.ts';
import type { DriverMeter } from '../src/drivers/driver.ts';
import { parseZone } from '../src/kernel/local-time.ts';
import type { LineAnswer } from './paced-line.ts';

export const UNIT = 1;
/** Holding registers 0..9 and what they hold. */
export const HELD: readonly number[] = Array.from({ length: 10 }, (_, index) => 1000 + index * 7);

export const REGISTERS: readonly RegisterName[] = HELD.map((_, index) => asRegister(`modbus:${hexAddress(index)}`));

function hexAddress(address: number): string {
  return address.toString(16).toUpperCase().padStart(4, '0');
}

export const MAP: RegisterMap = {
  name: 'bench',
  rows: REGISTERS.map((register, address) => ({
    register,
    name: register,
    function: 3,
    address,
    type: 'u16',
    wordOrder: 'high-first',
    scale: { unscaled: 1n, scale: 0 },
    decimals: 0,
    unit: '',
    missing: [],
  })),
  holes: [],
  maximumSpan: 125,
  maximumGap: 0,
  writable: [],
  relay: undefined,
};

export function modbusMeter(unit: number, map = MAP): DriverMeter {
  const zone = parseZone('Asia/Shanghai');
  if (zone === undefined) throw new Error('this Node knows no Asia/Shanghai');
  return { id: `unit-${unit}`, address: String(unit), map, zone, password: undefined, operatorCode: '00000000' };
}

/** The answer to a read of so many registers from an address on. */
export function rtuAnswer(address: number, quantity: number): LineAnswer {
  const data = Uint8Array.from(HELD.slice(address, address + quantity).flatMap((value) => [value >> 8, value & 0xff]));
  return {
    request: encodeRtu({ unit: UNIT, pdu: encodeRequest({ kind: 'read', function: 3, address, quantity }) }),
    reply: encodeRtu({ unit: UNIT, pdu: encodeReply({ kind: 'read', function: 3, data }) }),
  };
}
