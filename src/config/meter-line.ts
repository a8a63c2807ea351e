import type { ConfigFile } from './schema.ts';

type RawLine = ConfigFile['lines'][number];
type RawMeter = ConfigFile['meters'][number];

export interface MisfitOnLine {
  readonly field: 'protocol' | 'port';
  readonly value: unknown;
  readonly expected: string;
}

/** What a meter asks for that its line cannot give; undefined where nothing is. */
export function misfitOnLine({ id, transport }: RawLine, { protocol, port }: RawMeter): MisfitOnLine | undefined {
  const isSocket = transport.type === 'tcp' || transport.type === 'tcp-server';
  if (protocol === 'modbus-tcp' && !isSocket)
    return { field: 'protocol', value: protocol, expected: `modbus-rtu: line ${id} is ${transport.type} and carries the frames of a wire` };
  if (port !== undefined && transport.type !== 'serial')
    return { field: 'port', value: port, expected: `none: the port behind line ${id} belongs to its ${transport.type} side, set it there` };
  return undefined;
}

/** The settings under which a meter is talked to where they differ from its line's. */
export function portOf({ port: ofLine }: RawLine, { port }: RawMeter): RawLine['port'] | undefined {
  if (port === undefined) return undefined;
  const { baudRate = ofLine.baudRate, dataBits = ofLine.dataBits, parity = ofLine.parity, stopBits = ofLine.stopBits } = port;
  return { baudRate, dataBits, parity, stopBits };
}
