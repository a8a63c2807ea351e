/**
 * The cryptography of the double. No real meter's: the keys that utilities use are secret, and so is much of what they do with
 * them. SM4 stands in for all of it.
 *
 *     meter key   SM4(test key, factor | every bit of factor turned)
 *     proof       the first 8 bytes of SM4(meter key, random | 8 zeros)
 *     MAC         the first 4 bytes of the last block of SM4-CBC(meter key, IV = meter's random | 12 zeros, text | 80 | zeros)
 */
import { createCipheriv } from 'node:crypto';

/** Openly invented, and good for nothing: every simulated meter has it. */
const TEST_KEY = Buffer.from('feikong test key', 'ascii');

const BLOCK_BYTES = 16;
const PROOF_BYTES = 8;
const MAC_BYTES = 4;
const PADDING = 0x80;

export function meterKey(factor: Uint8Array): Uint8Array {
  return encryptBlock(TEST_KEY, Uint8Array.of(...factor, ...factor.map((byte) => ~byte)));
}

export function proofOf(key: Uint8Array, random: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(random);
  return encryptBlock(key, block).slice(0, PROOF_BYTES);
}

/** @param block whole blocks of 16 bytes */
export function encryptBlock(key: Uint8Array, block: Uint8Array): Uint8Array {
  return Uint8Array.from(createCipheriv('sm4-ecb', key, null).setAutoPadding(false).update(block));
}

export function macOf(key: Uint8Array, random: Uint8Array, text: Uint8Array): Uint8Array {
  const padded = new Uint8Array((Math.floor(text.length / BLOCK_BYTES) + 1) * BLOCK_BYTES);
  padded.set(text);
  padded[text.length] = PADDING;
  const start = new Uint8Array(BLOCK_BYTES);
  start.set(random);
  const chained = createCipheriv('sm4-cbc', key, start).setAutoPadding(false).update(padded);
  return Uint8Array.from(chained.subarray(-BLOCK_BYTES)).slice(0, MAC_BYTES);
}
