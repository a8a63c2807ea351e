/**
 * What a maker's table says of its meter, as the driver reads it: the JSON files of config/register-maps/ are parsed into
 * this. Addresses are those of the PDU, whatever the maker counts from.
 */
import type { Decimal } from '../../src/kernel/decimal.ts';

/** How many registers of 16 bits each type takes. */
export const TYPE_REGISTERS = { u16: 1, i16: 1, u32: 2, i32: 2, u64: 4, i64: 4, f32: 2 } as const;
export type RegisterType = keyof typeof TYPE_REGISTERS;

/** Which of a value's registers comes first; within a register the high byte always does. */
export type WordOrder = 'high-first' | 'low-first';

export interface RegisterRow {
  /** OBIS where one exists, else `modbus:` and the four hex digits of the PDU address. */
  readonly register: string;
  readonly name: string;
  readonly function: 3 | 4;
  readonly address: number;
  readonly type: RegisterType;
  readonly wordOrder: WordOrder;
  /** Raw value times scale is the value in `unit`. */
  readonly scale: Decimal;
  /** Of the value that is handed out. Integers keep all of their scale's; a float is rounded to so many. */
  readonly decimals: number;
  readonly unit: string;
  /** Raw bytes, high word first, in upper-case hex, that mean "no value". */
  readonly missing: readonly string[];
}

/** The supply switch as data: where it is written, what is written, where it is read back. */
export interface RelayRow {
  readonly kind: 'holding' | 'coil';
  readonly address: number;
  readonly on: number;
  readonly off: number;
  readonly writeFunction: 5 | 6 | 16;
  readonly readBack: { readonly function: 1 | 2 | 3 | 4; readonly address: number };
}

export interface RegisterMap {
  readonly name: string;
  readonly rows: readonly RegisterRow[];
  /** PDU addresses, both ends included, that no read may touch. */
  readonly holes: readonly { readonly from: number; readonly to: number }[];
  /** Registers that one read may ask for. */
  readonly maximumSpan: number;
  /** Registers that nobody asked for and that may be read along between two that somebody did. */
  readonly maximumGap: number;
  /** The only registers, or coils, that are ever written. */
  readonly writable: readonly number[];
  readonly relay: RelayRow | undefined;
}
