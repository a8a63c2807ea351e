const DIGIT_CODES = new Uint8Array(16).map((_, digit) => digit.toString(16).toUpperCase().charCodeAt(0));
const PAIRS: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).toUpperCase().padStart(2, '0'));

/** One byte as two upper-case hex digits. */
export function hexPair(byte: number): string {
  return PAIRS[byte & 0xff] ?? '';
}

/** Upper-case hex of bytes that travel lowest first, most significant first. Bytes that are not there are left out. */
export function hexReversed(bytes: Uint8Array, at = 0, length = bytes.length - at): string {
  let text = '';
  for (let index = Math.min(at + length, bytes.length) - 1; index >= at; index--) text += PAIRS[bytes[index] ?? 0] ?? '';
  return text;
}

/** Upper-case hex of a 32-bit number, eight digits. */
export function hexWord(word: number): string {
  return String.fromCharCode(
    digitCode(word >>> 28),
    digitCode(word >>> 24),
    digitCode(word >>> 20),
    digitCode(word >>> 16),
    digitCode(word >>> 12),
    digitCode(word >>> 8),
    digitCode(word >>> 4),
    digitCode(word),
  );
}

/** Upper-case hex of the low half of a word, four digits. */
export function hexHalf(word: number): string {
  return String.fromCharCode(digitCode(word >>> 12), digitCode(word >>> 8), digitCode(word >>> 4), digitCode(word));
}

function digitCode(digit: number): number {
  return DIGIT_CODES[digit & 0x0f] ?? 0;
}

/** The value of a hex digit (upper-case) by its character code; -1 where it is none. */
export function digitValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return code >= 0x41 && code <= 0x46 ? code - 0x37 : -1;
}
