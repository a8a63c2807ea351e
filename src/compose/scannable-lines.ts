import type { Config, LineConfig } from '../config/load.ts';
import { isModbus } from '../config/meter-protocol.ts';
import type { ScannableLine } from '../drivers/scan/line-scanner.ts';
import type { ScannedProtocol } from '../drivers/scan/scan.ts';
import { asId, type LineId } from '../kernel/ids.ts';
import type { Lines } from './lines.ts';

/** The lines of a gateway as a scan sees them. */
export function scannableLines({ lines: configured, points }: Config, { byId }: Lines): ReadonlyMap<LineId, ScannableLine> {
  return new Map(
    configured.flatMap(({ id, transport, port }): readonly [LineId, ScannableLine][] => {
      const line = byId.get(id);
      if (line === undefined) return [];
      const polled = points.filter(({ meter }) => meter.lineId === line.id && isModbus(meter.protocol));
      const polledUnits = new Set(polled.map(({ meter }) => Number(meter.address)));
      return [[asId(id), { bus: line.bus, port, protocols: protocolsOn(transport), polledUnits }]];
    }),
  );
}

const OF_A_WIRE: readonly ScannedProtocol[] = ['dlt645-2007', 'dlt645-1997', 'modbus-rtu'];

/** Where several exchanges are in flight together, only Modbus TCP tells their replies apart. */
function protocolsOn({ type, concurrent = 1 }: LineConfig['transport']): readonly ScannedProtocol[] {
  if (concurrent > 1) return ['modbus-tcp'];
  return type === 'tcp' || type === 'tcp-server' ? [...OF_A_WIRE, 'modbus-tcp'] : OF_A_WIRE;
}
