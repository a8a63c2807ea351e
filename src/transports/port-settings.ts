/** How characters travel on the physical line, also where a DTU or a concentrator owns the real port. */
export interface PortSettings {
  readonly baudRate: number;
  readonly dataBits: 7 | 8;
  readonly parity: 'none' | 'even' | 'odd';
  readonly stopBits: 1 | 2;
}

/** 8E1 at 2400 bit/s. @source DL/T 645-2007, physical layer: RS-485 default */
export const DEFAULT_PORT_SETTINGS: PortSettings = { baudRate: 2400, dataBits: 8, parity: 'even', stopBits: 1 };

/** Milliseconds that one character takes: start bit, data bits, parity, stop bits; 8E1 at 9600 bit/s is 1.146. */
export function characterMs({ baudRate, dataBits, parity, stopBits }: PortSettings): number {
  const bits = 1 + dataBits + (parity === 'none' ? 0 : 1) + stopBits;
  return (bits * 1000) / baudRate;
}

/** Above this speed a silence does not get shorter any more. @source MODBUS over Serial Line V1.02, 2.5.1.1 */
const FASTEST_COUNTED_BAUD = 19_200;
/** Then 3.5 characters are 1.75 ms. @source as above */
const SHORTEST_SILENT_CHARACTER_MS = 0.5;

/** Milliseconds of silence that so many characters are; 3.5 of them are 4.01 at 9600 bit/s 8E1, and 1.75 above 19 200 bit/s. */
export function silenceMs(port: PortSettings, characters: number): number {
  return characters * (port.baudRate > FASTEST_COUNTED_BAUD ? SHORTEST_SILENT_CHARACTER_MS : characterMs(port));
}

export function samePortSettings(left: PortSettings, right: PortSettings): boolean {
  return (
    left.baudRate === right.baudRate && left.dataBits === right.dataBits && left.parity === right.parity && left.stopBits === right.stopBits
  );
}
