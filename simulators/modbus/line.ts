/** Modbus meters on one line: every unit hears every frame, the one that is meant answers. */
import {
  createRtuRequestFramer,
  createTcpFramer,
  decodeRequest,
  decodeRtu,
  decodeTcp,
  EXCEPTION,
  encodeReply,
  encodeRtu,
  encodeTcp,
  FUNCTION,
  MOST_REGISTERS_READ,
  type Reply,
} from '../../protocols/modbus/index.ts';
import { hexPair } from '../../protocols/shared/hex.ts';
import { type Clock, formatInstant } from '../../src/kernel/clock.ts';
import type { Faults, Struck } from '../faults/faults.ts';
import type { FaultKind } from '../faults/faults-file.ts';
import type { FrameLog } from '../frame-log.ts';
import { createSender, type Pacing, type Sender } from '../lines/sender.ts';
import type { SharedLine } from '../lines/shared-line.ts';
import type { ModbusMeter } from './meter.ts';

export interface ModbusLineOptions {
  readonly protocol: 'modbus-rtu' | 'modbus-tcp';
  readonly meters: readonly ModbusMeter[];
  readonly clock: Clock;
  readonly faults: Faults;
  readonly log: FrameLog | undefined;
  readonly pacing: Pacing | undefined;
}

/** Behind a gap of this length a unit takes what comes for a new frame. */
const LONGEST_GAP_MS = 500;

const MOST_UNITS = 247;

interface Heard {
  readonly unit: number;
  readonly pdu: Uint8Array;
  /** Puts an answer into the frame that this request came in. */
  wrap(unit: number, pdu: Uint8Array): Uint8Array;
}

function unwrap(protocol: ModbusLineOptions['protocol'], bytes: Uint8Array): Heard | undefined {
  if (protocol === 'modbus-rtu') {
    const frame = decodeRtu(bytes);
    return frame.ok ? { ...frame.value, wrap: (unit, pdu) => encodeRtu({ unit, pdu }) } : undefined;
  }
  const frame = decodeTcp(bytes);
  if (!frame.ok) return undefined;
  const { transaction } = frame.value;
  return { ...frame.value, wrap: (unit, pdu) => encodeTcp({ transaction, unit, pdu }) };
}

function replyOf(meter: ModbusMeter, pdu: Uint8Array, stuck: boolean): Reply {
  const request = decodeRequest(pdu);
  return request.ok ? meter.answer(request.value, stuck) : { kind: 'exception', function: (pdu[0] ?? 0) & 0x7f, exception: wrongIn(pdu) };
}

const FUNCTIONS: readonly number[] = Object.values(FUNCTION);
const ADDRESSES = 0x1_0000;

/**
 * What is wrong with a request that is none: its function, then its quantity or value, then a span past the last address.
 *
 * @source MODBUS Application Protocol V1.1b3, 6.1 to 6.12, state diagrams
 */
function wrongIn([code = 0, addressHigh = 0, addressLow = 0, high = 0, low = 0]: Uint8Array): number {
  if (!FUNCTIONS.includes(code)) return EXCEPTION.illegalFunction;
  const [address, quantity] = [addressHigh * 256 + addressLow, high * 256 + low];
  const readsRegisters = code === FUNCTION.readHoldingRegisters || code === FUNCTION.readInputRegisters;
  const isPastTheEnd = readsRegisters && quantity > 0 && quantity <= MOST_REGISTERS_READ && address + quantity > ADDRESSES;
  return isPastTheEnd ? EXCEPTION.illegalAddress : EXCEPTION.illegalValue;
}

/** Every unit obeys a write to it, and none answers. @source MODBUS over Serial Line V1.02, 2.1 */
const BROADCAST_UNIT = 0;

export function createModbusLine(options: ModbusLineOptions): SharedLine {
  const { protocol, meters, clock, faults, log, pacing } = options;
  const byUnit = new Map(meters.map((meter) => [meter.unit, meter]));

  function hearBroadcast(pdu: Uint8Array): void {
    const request = decodeRequest(pdu);
    if (!request.ok || request.value.kind === 'read') return;
    for (const meter of meters) {
      const struck = faults.strike(String(meter.unit), 'relay');
      if (struck.some(({ kind }) => kind === 'silence')) continue;
      meter.answer(
        request.value,
        struck.some(({ kind }) => kind === 'stuckRelay'),
      );
      note(meter, pdu, false);
    }
  }

  function note(meter: ModbusMeter, pdu: Uint8Array, answered: boolean): void {
    const [at, control] = [formatInstant(clock.now()), hexPair(pdu[0] ?? 0)];
    log?.write({ at, address: String(meter.unit), control, di: null, code: null, answered, relay: meter.relay() });
  }

  function hearFrame(bytes: Uint8Array, sender: Sender): void {
    const heard = unwrap(protocol, bytes);
    if (heard?.unit === BROADCAST_UNIT) hearBroadcast(heard.pdu);
    const meter = heard === undefined ? undefined : byUnit.get(heard.unit);
    if (heard === undefined || meter === undefined) return;
    const request = decodeRequest(heard.pdu);
    const struck = faults.strike(String(meter.unit), request.ok && request.value.kind === 'read' ? 'read' : 'relay');
    const has = (kind: FaultKind) => struck.some((one) => one.kind === kind);
    const reply = has('silence') ? undefined : replyOf(meter, heard.pdu, has('stuckRelay'));
    const answered = reply !== undefined && !has('lostReply');
    note(meter, heard.pdu, answered);
    if (!answered) return;
    const answer = heard.wrap(has('wrongAddress') ? (meter.unit % MOST_UNITS) + 1 : meter.unit, encodeReply(reply));
    // TCP has checksums of its own: nothing arrives corrupt there.
    if (protocol === 'modbus-rtu')
      corrupt(
        answer,
        struck.find(({ kind }) => kind === 'corrupt'),
      );
    sender.send(bytes, answer, struck);
  }

  return {
    connect(send) {
      const framer = protocol === 'modbus-rtu' ? createRtuRequestFramer() : createTcpFramer();
      const sender = createSender(clock, pacing, send);
      let heardAtMs = clock.monotonicMs();
      return {
        hear(chunk) {
          const nowMs = clock.monotonicMs();
          if (nowMs - heardAtMs > LONGEST_GAP_MS) framer.reset();
          heardAtMs = nowMs;
          for (const { kind, bytes } of framer.push(chunk)) if (kind === 'frame') hearFrame(bytes, sender);
        },
        close: () => sender.close(),
      };
    },
  };
}

function corrupt(bytes: Uint8Array, fault: Struck | undefined): void {
  if (fault === undefined) return;
  const at = fault.draw % bytes.length;
  bytes[at] = (bytes[at] ?? 0) ^ (1 + (fault.draw % 255));
}
