import { answers, type Request } from '../../../protocols/modbus/index.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { type Carrier, createRtuCarrier, createTcpCarrier } from '../modbus/carrier.ts';
import type { ScanEnd, ScannedLine } from './scan.ts';

type ModbusRead = Extract<Request, { kind: 'read' }>;
type ModbusProtocol = 'modbus-rtu' | 'modbus-tcp';

/** Every unit has function 03 or refuses it; either way it is there. */
const FIRST_REGISTER: ModbusRead = { kind: 'read', function: 3, address: 0, quantity: 1 };
const LONGEST_REPLY_PDU = 4;
/** A gateway speaks for units that are not there. @source MODBUS Application Protocol V1.1b3, 7 */
const OF_THE_GATEWAY: readonly number[] = [0x0a, 0x0b];

export const findModbusRtu = (line: ScannedLine) => findUnits(line, 'modbus-rtu', createRtuCarrier());
export const findModbusTcp = (line: ScannedLine) => findUnits(line, 'modbus-tcp', createTcpCarrier());

/**
 * Reads one register of each unit: the first of the register map, or holding register 0. A refusal is an answer too. The
 * bus asks a silent unit once more: a single reply may be lost.
 */
async function findUnits(line: ScannedLine, protocol: ModbusProtocol, carrier: Carrier): Promise<Result<void, ScanEnd>> {
  const { units, port, signal, listener } = line;
  const request = firstOf(line);
  for (let unit = units.from; unit <= units.to; unit++) {
    if (units.except?.has(unit)) continue;
    listener.step({ protocol, port, done: unit - units.from, of: units.to - units.from + 1, asking: `unit ${unit}` });
    const outcome = await askUnit(line, carrier, unit, request);
    if (!outcome.ok) return outcome;
    if (outcome.value !== undefined) listener.found({ protocol, address: String(unit), port, evidence: outcome.value });
    if (signal.aborted) return err({ code: 'cancelled', sent: false });
  }
  return ok(undefined);
}

function firstOf({ map }: ScannedLine): ModbusRead {
  const [row] = map?.rows ?? [];
  return row === undefined ? FIRST_REGISTER : { kind: 'read', function: row.function, address: row.address, quantity: 1 };
}

/** What a unit said, for a person; undefined where it said nothing. */
async function askUnit(
  { bus, port, priority, signal, listener }: ScannedLine,
  carrier: Carrier,
  unit: number,
  request: ModbusRead,
): Promise<Result<string | undefined, ScanEnd>> {
  const { bytes, createFramer, overhead, replyIn } = carrier.carry(unit, request);
  const replyTo = (frame: Uint8Array) => {
    const reply = replyIn(frame);
    return reply !== undefined && answers(reply, request) ? reply : undefined;
  };
  const outcome = await bus.request(
    {
      meter: undefined,
      bytes,
      createFramer,
      accepts: (frame) => replyTo(frame) !== undefined,
      longestReplyBytes: overhead + LONGEST_REPLY_PDU,
      repeatable: true,
      expectsReply: true,
      gapCharacters: carrier.gapCharacters,
      port,
    },
    { priority, signal },
  );
  if (!outcome.ok && outcome.error.code === 'garbled') {
    const what = `garbled answers of unit ${unit}: two may have this number, or the line is disturbed`;
    listener.unresolved({ protocol: carrier.namesRequests ? 'modbus-tcp' : 'modbus-rtu', port, what });
    return ok(undefined);
  }
  if (!outcome.ok) return outcome.error.code === 'no-reply' ? ok(undefined) : err(outcome.error);
  const reply = replyTo(outcome.value.bytes);
  const asked = `function 0${request.function} at ${request.address.toString(16).toUpperCase().padStart(4, '0')}`;
  if (reply?.kind !== 'exception') return ok(`${asked} answered`);
  return ok(OF_THE_GATEWAY.includes(reply.exception) ? undefined : `${asked} refused with exception 0${reply.exception.toString(16)}`);
}
