import { DEFAULT_PORT_SETTINGS, type PortSettings } from '../transports/port-settings.ts';
import { parseLinkTarget } from './link-target.ts';

/**
 * What is tried where nothing is said, the likeliest first: the default of DL/T 645-2007, what is common in the field,
 * the default of DL/T 645-1997, and what Modbus meters leave the works with.
 */
const PROBED: readonly Pick<PortSettings, 'baudRate' | 'parity'>[] = [
  { baudRate: 2400, parity: 'even' },
  { baudRate: 9600, parity: 'even' },
  { baudRate: 1200, parity: 'even' },
  { baudRate: 9600, parity: 'none' },
  { baudRate: 4800, parity: 'even' },
  { baudRate: 19200, parity: 'even' },
  { baudRate: 2400, parity: 'none' },
  { baudRate: 4800, parity: 'none' },
  { baudRate: 19200, parity: 'none' },
];

/**
 * The settings under which a line is scanned. Only the speed and the parity of a serial port are ours: what the link
 * names of them is fixed, the rest is tried in turn. Behind a converter there is one, and it is not ours to change.
 */
export function portsToProbe(link: string): readonly PortSettings[] {
  const target = parseLinkTarget(link);
  if (target.kind !== 'serial') return [DEFAULT_PORT_SETTINGS];
  const named = new URLSearchParams(link.split(/\?(.*)/s)[1]);
  const { port } = target;
  const tried = PROBED.map(({ baudRate, parity }) => ({
    ...port,
    baudRate: named.has('baud') ? port.baudRate : baudRate,
    parity: named.has('parity') ? port.parity : parity,
  }));
  return tried.filter((one, index) => tried.findIndex((other) => other.baudRate === one.baudRate && other.parity === one.parity) === index);
}
