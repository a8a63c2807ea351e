/**
 * The reply to one transaction of a tunnel, however it is delivered: a chunk says at which byte it begins, so that chunks which
 * come twice, out of order, or cut otherwise than before, add up to the same bytes.
 *
 *     offset 0          9    12                 24
 *            68 ………… 91 │ 08 │ ……………………………… 16 │      the same reply, whether it comes as
 *            └── 0..9 ──┴────┴──── 9..24 ───────┘      0..9, 9..24 or 12..24, 0..12, 0..9
 */
export interface Reply {
  /**
   * Takes a chunk; returns what follows on the bytes returned before, which may be nothing.
   *
   * @param offset undefined where the concentrator doesn't count: the chunk is taken to follow on all before it
   */
  take(bytes: Uint8Array, offset: number | undefined): Uint8Array;
}

interface Chunk {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A DL/T 645 reply has 12 + 200 bytes; echo, wake-up bytes and noise around it need no more. */
const LONGEST_REPLY_BYTES = 4_096;
/** Chunks that wait for an earlier one. */
const MOST_WAITING = 64;

export function createReply(): Reply {
  const waiting: Chunk[] = [];
  let length = 0;

  /** The bytes of a chunk that are new and next, undefined where a gap lies before them. */
  function fits({ offset, bytes }: Chunk): Uint8Array | undefined {
    return offset > length ? undefined : bytes.subarray(length - offset);
  }

  return {
    take(bytes, offset = length) {
      if (offset + bytes.length > LONGEST_REPLY_BYTES || waiting.length >= MOST_WAITING) return new Uint8Array(0);
      waiting.push({ offset, bytes });
      const fresh: number[] = [];
      for (let index = nextOf(waiting, fits); index >= 0; index = nextOf(waiting, fits)) {
        const [chunk] = waiting.splice(index, 1);
        const next = chunk === undefined ? undefined : fits(chunk);
        fresh.push(...(next ?? []));
        length += next?.length ?? 0;
      }
      return Uint8Array.from(fresh);
    },
  };
}

const nextOf = (waiting: readonly Chunk[], fits: (chunk: Chunk) => Uint8Array | undefined) =>
  waiting.findIndex((chunk) => fits(chunk) !== undefined);
