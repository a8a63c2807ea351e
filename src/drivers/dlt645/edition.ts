/** What a driver that reads must know of a year of DL/T 645; everything else is the same for both. */
import type { Value } from '../../../protocols/dlt645/index.ts';
import type { MeterFailure } from '../../core/ports/meter-gateway.ts';
import type { LocalTime } from '../../kernel/local-time.ts';
import type { LineRequest } from './exchange.ts';

export interface CatalogItem {
  readonly di: string;
  readonly register: string;
  readonly name: string;
  readonly unit: string;
  readonly value: Value | null;
  /** Of a demand: when it occurred. */
  readonly time?: Value | null;
}

/** One DI of the catalogue, as a driver sees it. */
export interface CatalogRow {
  readonly di: string;
  readonly name: string;
  readonly unit: string;
  /** Behind the DI; undefined where its length is open. */
  readonly longestData: number | undefined;
  readonly itemsOf: (data: Uint8Array) => readonly CatalogItem[];
}

/** What a frame of data says. */
export type DataReply =
  | { readonly kind: 'data'; readonly value: Uint8Array; readonly more: boolean }
  | { readonly kind: 'refused'; readonly failure: MeterFailure };

/** Of load records: how many, and from when. */
export interface WhichRecords {
  readonly blocks?: number;
  readonly from?: LocalTime;
}

export interface Edition {
  readonly diBytes: number;
  readonly findRow: (di: string) => CatalogRow | undefined;
  readonly findRegister: (register: string) => CatalogRow | undefined;
  /** The DI of the block that a DI would belong to, whether the catalogue has it or not. */
  readonly blockDi: (di: string) => string;
  /** Asks for a DI: 0 is the read, 1 its first follow-up frame. */
  readonly requestData: (address: string, di: string, sequence: number, which?: WhichRecords) => LineRequest<DataReply>;
  /** DIs that every meter has, or refuses: one of them tells, by its reply, that nothing older of another DI is under way. */
  readonly settlingDis: readonly string[];
  /** Follow-up frames carry their number, so that a lost one can be asked for again. */
  readonly numbersFollowUps: boolean;
}
