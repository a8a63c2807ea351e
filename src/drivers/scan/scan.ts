/** What a scan of a line knows and says, whatever it looks for. */
import type { RegisterMap } from '../../../protocols/modbus/index.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Bus } from '../../transports/bus/bus.ts';
import type { Exchange, ExchangeError, Priority } from '../../transports/bus/exchange.ts';
import type { PortSettings } from '../../transports/port-settings.ts';

export type ScannedProtocol = 'dlt645-2007' | 'dlt645-1997' | 'modbus-rtu' | 'modbus-tcp';

/** A meter that answered. */
export interface FoundMeter {
  readonly protocol: ScannedProtocol;
  /** Undefined where it answers to a wildcard alone and says no address of its own. */
  readonly address: string | undefined;
  readonly port: PortSettings;
  /** What it said, for a person. */
  readonly evidence: string;
}

/** How far a scan has come. */
export interface ScanStep {
  readonly protocol: ScannedProtocol;
  readonly port: PortSettings;
  readonly done: number;
  readonly of: number;
  /** What is asked at the moment, as `addresses ending in 34`. */
  readonly asking: string;
}

/** Answers were heard that could not be told apart. */
export interface Unresolved {
  readonly protocol: ScannedProtocol;
  readonly port: PortSettings;
  readonly what: string;
}

export interface ScanListener {
  found(meter: FoundMeter): void;
  step(step: ScanStep): void;
  unresolved(unresolved: Unresolved): void;
}

/** Why nothing more can be asked; `cancelled` is the operator's stop. */
export type ScanEnd = ExchangeError;

/** Modbus units to ask, both ends included. */
export interface ScannedUnits {
  readonly from: number;
  readonly to: number;
  /** Those that somebody else asks at the same time. */
  readonly except?: ReadonlySet<number>;
}

/** The line under one setting of its port, as a search sees it. */
export interface ScannedLine {
  readonly bus: Bus;
  readonly port: PortSettings;
  readonly priority: Priority;
  readonly signal: AbortSignal;
  readonly listener: ScanListener;
  /** Modbus units to ask, and where. */
  readonly units: ScannedUnits;
  readonly map: RegisterMap | undefined;
  /** Narrow even where one meter answered cleanly: its answer may have drowned others. */
  readonly thorough: boolean;
}

/** Everything that came in the window of one call. */
export interface Heard {
  readonly frames: readonly Uint8Array[];
  /** Bytes that do not verify: several answered at once, or the line is disturbed. */
  readonly garbled: boolean;
}

/** Calls and listens to the end of the window: several may answer, so the first reply is not the end of it. */
export async function callAll(
  { bus, priority, signal }: ScannedLine,
  exchange: Omit<Exchange, 'meter' | 'accepts' | 'repeatable' | 'expectsReply'>,
): Promise<Result<Heard, ScanEnd>> {
  const frames: Uint8Array[] = [];
  const accepts = (frame: Uint8Array) => {
    frames.push(frame);
    return false;
  };
  const outcome = await bus.request(
    { ...exchange, meter: undefined, accepts, repeatable: false, expectsReply: true },
    { priority, signal },
  );
  if (outcome.ok || outcome.error.code === 'no-reply') return ok({ frames: [...frames], garbled: false });
  return outcome.error.code === 'garbled' ? ok({ frames: [...frames], garbled: true }) : err(outcome.error);
}
