/** Sum modulo 256 of the bytes from `from` up to, not including, `to`. */
export function sum8(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let sum = 0;
  for (let index = from; index < to; index++) sum += bytes[index] ?? 0;
  return sum & 0xff;
}
