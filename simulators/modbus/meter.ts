/** A virtual Modbus meter, built from the same register map that the gateway reads it by. */
import { EXCEPTION, type RegisterMap, type Reply, type Request, TYPE_REGISTERS } from '../../protocols/modbus/index.ts';
import { type Clock, plusMs } from '../../src/kernel/clock.ts';
import { dialAt, QUARTER_MS, quarterOf } from '../meter/dial.ts';
import { createEnergyCounter } from '../meter/energy-counter.ts';
import type { LoadProfile } from '../meter/load-profile.ts';
import { mainsAt } from '../meter/mains.ts';
import { hashText } from '../random.ts';
import { encodeQuantity, quantityOf } from './quantities.ts';

export interface ModbusMeterOptions {
  readonly clock: Clock;
  /** 1..247. */
  readonly unit: number;
  readonly map: RegisterMap;
  /** T1..T4 at the start, in whole hundredths of a kWh. */
  readonly tariffs: readonly number[];
  readonly load: LoadProfile;
  /** Speeds up counting; 1 is real. */
  readonly loadFactor: number;
}

export interface ModbusMeter {
  readonly unit: number;
  /** Obeys a request. `stuck`: a relay write is taken and nothing moves. */
  answer(request: Request, stuck?: boolean): Reply;
  relay(): 'closed' | 'open';
}

/** All of the use goes to it: these meters keep no tariffs by themselves. */
const ONLY_TARIFF = 1;

export function createModbusMeter({ clock, unit, map, tariffs, load, loadFactor }: ModbusMeterOptions): ModbusMeter {
  const counter = createEnergyCounter(tariffs);
  const seed = hashText(`unit ${unit}`);
  let isClosed = true;
  let at = clock.now();

  const wattsNow = () => (isClosed ? (load[quarterOf(dialAt(at))] ?? 0) : 0);

  function passTime(): void {
    const now = clock.now();
    if (now < at) at = now; // wall time stepped back: nothing was used meanwhile
    while (at < now) {
      const step = Math.min(now - at, QUARTER_MS - (at % QUARTER_MS));
      counter.add(wattsNow() * step * loadFactor, ONLY_TARIFF);
      at = plusMs(at, step);
    }
  }

  /** The registers that a read of this function finds, two bytes each by address. */
  function image(code: number): Map<number, Uint8Array> {
    const registers = counter.registers();
    const mains = mainsAt(seed, at, wattsNow());
    const words = new Map<number, Uint8Array>();
    for (const row of map.rows.filter((candidate) => candidate.function === code)) {
      const data = encodeQuantity(row, quantityOf(row, registers, mains), TYPE_REGISTERS[row.type] * 2);
      for (let index = 0; index < data.length / 2; index++) words.set(row.address + index, data.subarray(index * 2, index * 2 + 2));
    }
    const { relay } = map;
    if (relay !== undefined && relay.readBack.function === code) {
      const value = isClosed ? relay.on : relay.off;
      words.set(relay.readBack.address, Uint8Array.of(value >> 8, value & 0xff));
    }
    return words;
  }

  /** Refuses what touches a register that no row has: the strictest meter that the map allows. */
  function read({ function: code, address, quantity }: Extract<Request, { kind: 'read' }>): Reply {
    const words = image(code);
    const asked = Array.from({ length: quantity }, (_, index) => words.get(address + index));
    if (words.size === 0) return { kind: 'exception', function: code, exception: EXCEPTION.illegalFunction };
    if (code <= 2) {
      const isOn = isClosed ? 1 : 0;
      return asked.length === 1 && asked[0] !== undefined
        ? { kind: 'read', function: code, data: Uint8Array.of(isOn) }
        : { kind: 'exception', function: code, exception: EXCEPTION.illegalAddress };
    }
    if (asked.includes(undefined)) return { kind: 'exception', function: code, exception: EXCEPTION.illegalAddress };
    return { kind: 'read', function: code, data: Uint8Array.from(asked.flatMap((word) => [...(word ?? [])])) };
  }

  function write(request: Exclude<Request, { kind: 'read' }>, stuck: boolean): Reply {
    const { relay } = map;
    const refused = (exception: number): Reply => ({ kind: 'exception', function: request.function, exception });
    if (relay === undefined || relay.writeFunction !== request.function) return refused(EXCEPTION.illegalFunction);
    if (relay.address !== request.address) return refused(EXCEPTION.illegalAddress);
    const value = request.kind === 'write-one' ? request.value : ((request.data[0] ?? 0) << 8) | (request.data[1] ?? 0);
    if (value !== relay.on && value !== relay.off) return refused(EXCEPTION.illegalValue);
    if (!stuck) isClosed = value === relay.on;
    if (request.kind === 'write-one') return request;
    return { kind: 'write-many', function: request.function, address: request.address, quantity: request.quantity };
  }

  return {
    unit,
    answer(request, stuck = false) {
      passTime();
      return request.kind === 'read' ? read(request) : write(request, stuck);
    },
    relay: () => (isClosed ? 'closed' : 'open'),
  };
}
