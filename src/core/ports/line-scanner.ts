import type { ErrorCode } from '../../kernel/error-codes.ts';
import type { LineId } from '../../kernel/ids.ts';
import type { Result } from '../../kernel/result.ts';

/** What is looked for on a line. */
export interface ScanOrder {
  readonly protocols: readonly string[];
  /** Modbus units, both included. */
  readonly units: { readonly from: number; readonly to: number };
  /** Narrow even where one meter answered cleanly. */
  readonly thorough: boolean;
}

export interface ScannedMeter {
  readonly protocol: string;
  /** Undefined where it names none. */
  readonly address: string | undefined;
  readonly evidence: string;
}

export interface ScanProgress {
  readonly protocol: string;
  readonly done: number;
  readonly of: number;
  readonly asking: string;
}

export interface ScanReport {
  found(meter: ScannedMeter): void;
  step(progress: ScanProgress): void;
  /** Answers that could not be told apart, for a person. */
  unresolved(what: string): void;
}

export interface ScanFailure {
  readonly code: Extract<ErrorCode, 'cancelled' | 'line-down' | 'queue-full' | 'command-expired' | 'no-reply' | 'garbled'>;
}

/** Looks for meters on a running line, with reads that give way to everything else. */
export interface LineScanner {
  has(lineId: LineId): boolean;
  /** What can be looked for on this line. */
  protocolsOf(lineId: LineId): readonly string[];
  /** Modbus units that are configured on the line are not asked: a late reply could be taken for one to a poll. */
  scan(lineId: LineId, order: ScanOrder, report: ScanReport, signal: AbortSignal): Promise<Result<void, ScanFailure>>;
}
