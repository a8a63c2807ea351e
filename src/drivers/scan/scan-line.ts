import type { RegisterMap } from '../../../protocols/modbus/index.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { Bus } from '../../transports/bus/bus.ts';
import type { Priority } from '../../transports/bus/exchange.ts';
import type { PortSettings } from '../../transports/port-settings.ts';
import { find1997, find2007 } from './dlt645.ts';
import { findModbusRtu, findModbusTcp } from './modbus.ts';
import type { FoundMeter, ScanEnd, ScanListener, ScannedLine, ScannedProtocol, ScannedUnits } from './scan.ts';

export interface ScanPlan {
  readonly protocols: readonly ScannedProtocol[];
  /** In the order in which they are tried. */
  readonly ports: readonly PortSettings[];
  readonly units: ScannedUnits;
  /** Whose first register Modbus units are asked for. */
  readonly map?: RegisterMap | undefined;
  readonly thorough: boolean;
}

export interface ScanDeps {
  readonly bus: Bus;
  readonly priority: Priority;
  /** Ends the scan; the exchange on the line ends by itself. */
  readonly signal: AbortSignal;
  readonly listener: ScanListener;
}

type Find = (line: ScannedLine) => Promise<Result<void, ScanEnd>>;

const FINDERS: Readonly<Record<ScannedProtocol, Find>> = {
  'dlt645-2007': find2007,
  'dlt645-1997': find1997,
  'modbus-rtu': findModbusRtu,
  'modbus-tcp': findModbusTcp,
};

export const SCANNED_PROTOCOLS = Object.keys(FINDERS) as readonly ScannedProtocol[];

/**
 * Looks for every meter of a line, with reads alone: each setting of the port in turn, and under it each protocol. A
 * DL/T 645 meter is reported once, under the first setting that it answers to; a Modbus unit once under each, since
 * another meter may have the same number there.
 *
 * @errors cancelled where it was stopped; line-down, queue-full
 */
export async function scanLine({ bus, priority, signal, listener }: ScanDeps, plan: ScanPlan): Promise<Result<void, ScanEnd>> {
  const { protocols, ports, units, map, thorough } = plan;
  const once = reportingOnce(listener);
  for (const port of ports) {
    for (const protocol of protocols) {
      const ended = await FINDERS[protocol]({ bus, port, priority, signal, listener: once, units, map, thorough });
      if (!ended.ok) return ended;
    }
  }
  return ok(undefined);
}

function reportingOnce(listener: ScanListener): ScanListener {
  const reported = new Set<string>();
  return {
    ...listener,
    found(meter) {
      const key = keyOf(meter);
      if (reported.has(key)) return;
      reported.add(key);
      listener.found(meter);
    },
  };
}

/** What makes two answers those of one meter: where a number may be another meter's under another setting, that too; so for one without an address. */
const keyOf = ({ protocol, address, port }: FoundMeter): string =>
  protocol.startsWith('modbus-') || address === undefined
    ? `${protocol} ${address} ${port.baudRate} ${port.parity}`
    : `${protocol} ${address}`;
