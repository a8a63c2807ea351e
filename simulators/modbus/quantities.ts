/** What a Modbus meter shows under each OBIS code, in millionths of its unit. */
import type { RegisterRow } from '../../protocols/modbus/index.ts';
import type { Registers } from '../meter/energy-counter.ts';
import type { Mains } from '../meter/mains.ts';

const MILLIONTHS: Readonly<Record<string, bigint>> = { deci: 100_000n, centi: 10_000n, milli: 1_000n };
const scaled = (value: number, step: keyof typeof MILLIONTHS): bigint => BigInt(Math.round(value)) * (MILLIONTHS[step] ?? 1n);

/** A household exports nothing, and one phase carries all of it; what a map names otherwise is zero. */
export function quantityOf({ register }: Pick<RegisterRow, 'register'>, counted: Registers, mains: Mains): bigint {
  const energy = /^1-0:(1|15)\.8\.(\d)$/.exec(register);
  if (energy !== null) return scaled(counted[Number(energy[2])] ?? 0, 'centi');
  switch (register) {
    case '1-0:21.8.0':
      return scaled(counted[0] ?? 0, 'centi');
    case '1-0:32.7.0':
    case '1-0:52.7.0':
    case '1-0:72.7.0':
      return scaled(mains.decivolts, 'deci');
    case '1-0:31.7.0':
    case '1-0:90.7.0':
      return scaled(mains.milliamps, 'milli');
    case '1-0:16.7.0':
    case '1-0:36.7.0':
      return scaled(mains.watts, 'milli');
    case '1-0:13.7.0':
    case '1-0:33.7.0':
      return scaled(mains.powerFactor, 'milli');
    case '1-0:14.7.0':
      return scaled(mains.centihertz, 'centi');
    default:
      return 0n;
  }
}

/** A value in millionths of its unit as the registers of a row hold it. */
export function encodeQuantity({ type, scale, wordOrder }: RegisterRow, millionths: bigint, bytes: number): Uint8Array {
  const data = new Uint8Array(bytes);
  const view = new DataView(data.buffer);
  const raw = (millionths * 10n ** BigInt(scale.scale)) / scale.unscaled;
  if (type === 'f32') view.setFloat32(0, Number(raw) / 1_000_000);
  else writeBits(data, raw / 1_000_000n);
  if (wordOrder === 'high-first') return data;
  const words = Array.from({ length: bytes / 2 }, (_, index) => data.subarray(index * 2, index * 2 + 2));
  return Uint8Array.from(words.reverse().flatMap((word) => [...word]));
}

function writeBits(target: Uint8Array, value: bigint): void {
  let rest = BigInt.asUintN(target.length * 8, value);
  for (let at = target.length - 1; at >= 0; at--) {
    target[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
}
