/**
 * What a simulated ESAM does with its key. Written apart from whoever seals for it, by one and the same agreement: SM4; the
 * meter's key is the test key's encryption of the factor and its complement; a proof is half a block; a MAC is the head of a
 * CBC chain that begins with the ESAM's last random number and ends in 80 and zeros.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';

/** In ASCII `feikong test key`. No secret: it opens simulated meters and nothing else. */
const ROOT = Uint8Array.of(0x66, 0x65, 0x69, 0x6b, 0x6f, 0x6e, 0x67, 0x20, 0x74, 0x65, 0x73, 0x74, 0x20, 0x6b, 0x65, 0x79);

const BLOCK = 16;

const encrypt = (key: Uint8Array, block: Uint8Array): Buffer => createCipheriv('sm4-ecb', key, null).setAutoPadding(false).update(block);

export interface EsamCipher {
  readonly factor: Uint8Array;
  /** The proof that belongs to a random number. */
  prove(random: Uint8Array): Uint8Array;
  decrypt(block: Uint8Array): Uint8Array;
  mac(random: Uint8Array, text: Uint8Array): Uint8Array;
}

/** @param address 12 digits, the factor of this meter's key */
export function createEsamCipher(address: string): EsamCipher {
  const factor = Uint8Array.from(Buffer.from(`0000${address}`, 'hex'));
  const key = encrypt(ROOT, Buffer.concat([factor, factor.map((byte) => byte ^ 0xff)]));
  return {
    factor,
    prove: (random) => Uint8Array.from(encrypt(key, Buffer.concat([random], BLOCK)).subarray(0, 8)),
    decrypt: (block) => Uint8Array.from(createDecipheriv('sm4-ecb', key, null).setAutoPadding(false).update(block)),
    mac(random, text) {
      let chain: Uint8Array = Buffer.concat([random], BLOCK);
      const padded = Buffer.concat([text, Uint8Array.of(0x80)], Math.ceil((text.length + 1) / BLOCK) * BLOCK);
      for (let at = 0; at < padded.length; at += BLOCK) {
        chain = encrypt(
          key,
          chain.map((byte, index) => byte ^ (padded[at + index] ?? 0)),
        );
      }
      return Uint8Array.from(chain.subarray(0, 4));
    },
  };
}
