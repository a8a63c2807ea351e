/**
 * What C1 is measured against: the hex-string codec that most small gateways have, and the least work that JavaScript
 * can do for the same answer, with every buffer made beforehand.
 */

/** Encodes a read of one DI the way of hex strings and concatenation. */
export function naiveEncodeRead(address: string, di: string): string {
  let hex = '68';
  hex += (address.match(/../g) ?? []).reverse().join('');
  hex += '681104';
  for (const pair of (di.match(/../g) ?? []).reverse()) hex += naiveByte((Number.parseInt(pair, 16) + 0x33) % 256);
  return `${hex}${naiveSum(hex)}16`.toUpperCase();
}

/** Decodes an energy reply the way of hex strings; a decimal string, or undefined. */
export function naiveDecodeEnergy(address: string, di: string, bytes: Uint8Array): string | undefined {
  const hex = Array.from(bytes, naiveByte).join('').toUpperCase();
  if (!hex.startsWith('68') || !hex.endsWith('16') || hex.slice(14, 16) !== '68') return undefined;
  const length = Number.parseInt(hex.slice(18, 20), 16);
  if (hex.length !== (12 + length) * 2 || hex.slice(-4, -2) !== naiveSum(hex.slice(0, -4)).toUpperCase()) return undefined;
  if ((hex.slice(2, 14).match(/../g) ?? []).reverse().join('') !== address || hex.slice(16, 18) !== '91') return undefined;
  const pairs = (hex.slice(20, -4).match(/../g) ?? []).map((pair) => naiveByte((Number.parseInt(pair, 16) - 0x33 + 256) % 256));
  if (pairs.slice(0, 4).reverse().join('').toUpperCase() !== di) return undefined;
  const digits = pairs.slice(4).reverse().join('');
  return /^\d+$/.test(digits) ? `${digits.slice(0, -2).replace(/^0+(?=\d)/, '')}.${digits.slice(-2)}` : undefined;
}

function naiveByte(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

function naiveSum(hex: string): string {
  const sum = (hex.match(/../g) ?? []).reduce((total, pair) => total + Number.parseInt(pair, 16), 0);
  return naiveByte(sum % 256);
}

const READ_FRAME_BYTES = 16;
const request = new Uint8Array(READ_FRAME_BYTES);

/** Encodes a read into the one buffer that all calls share. */
export function limitEncodeRead(address: Uint8Array, di: number): Uint8Array {
  request[0] = 0x68;
  for (let index = 0; index < 6; index++) request[1 + index] = address[index] ?? 0;
  request[7] = 0x68;
  request[8] = 0x11;
  request[9] = 4;
  for (let index = 0; index < 4; index++) request[10 + index] = (di >>> (index * 8)) + 0x33;
  let sum = 0;
  for (let index = 0; index < 14; index++) sum += request[index] ?? 0;
  request[14] = sum;
  request[15] = 0x16;
  return request;
}

/** Decodes an energy reply to hundredths of a kWh; -1 where it does not verify. */
export function limitDecodeEnergy(address: Uint8Array, di: number, bytes: Uint8Array): number {
  if (bytes.length !== 20 || bytes[0] !== 0x68 || bytes[7] !== 0x68 || bytes[8] !== 0x91 || bytes[9] !== 8 || bytes[19] !== 0x16) return -1;
  let sum = 0;
  for (let index = 0; index < 18; index++) sum += bytes[index] ?? 0;
  if ((sum & 0xff) !== bytes[18]) return -1;
  for (let index = 0; index < 6; index++) if (bytes[1 + index] !== address[index]) return -1;
  for (let index = 0; index < 4; index++) if ((((bytes[10 + index] ?? 0) - 0x33) & 0xff) !== ((di >>> (index * 8)) & 0xff)) return -1;
  let value = 0;
  for (let index = 17; index >= 14; index--) {
    const byte = ((bytes[index] ?? 0) - 0x33) & 0xff;
    if ((byte & 0x0f) > 9 || byte >> 4 > 9) return -1;
    value = value * 100 + (byte >> 4) * 10 + (byte & 0x0f);
  }
  return value;
}
