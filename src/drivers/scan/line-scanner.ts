import type { LineScanner } from '../../core/ports/line-scanner.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { LineId } from '../../kernel/ids.ts';
import type { Bus } from '../../transports/bus/bus.ts';
import type { PortSettings } from '../../transports/port-settings.ts';
import type { ScannedProtocol } from './scan.ts';
import { scanLine } from './scan-line.ts';

/** A running line that may be scanned. */
export interface ScannableLine {
  readonly bus: Bus;
  readonly port: PortSettings;
  /** What it can carry. */
  readonly protocols: readonly ScannedProtocol[];
  /** Modbus units that are polled on it. */
  readonly polledUnits: ReadonlySet<number>;
}

/** Scans the lines of a gateway beside its polls: each call waits until the line has nothing else to do. */
export function createLineScanner(lines: ReadonlyMap<LineId, ScannableLine>): LineScanner {
  const lineOf = (lineId: LineId): ScannableLine => {
    const line = lines.get(lineId);
    if (line === undefined) throw new AppError('invariant-violated', 'no such line can be scanned', { lineId });
    return line;
  };
  return {
    has: (lineId) => lines.has(lineId),
    protocolsOf: (lineId) => lineOf(lineId).protocols,
    scan(lineId, { protocols: asked, units, thorough }, report, signal) {
      const { bus, port, protocols, polledUnits } = lineOf(lineId);
      const listener = { ...report, unresolved: ({ what }: { readonly what: string }) => report.unresolved(what) };
      const wanted = protocols.filter((protocol) => asked.includes(protocol));
      return scanLine(
        { bus, priority: 'probe', signal, listener },
        { protocols: wanted, ports: [port], units: { ...units, except: polledUnits }, thorough },
      );
    },
  };
}
