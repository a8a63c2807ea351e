import type { Reply } from '../../protocols/dlt645/index.ts';

/** A reply holds 200 data bytes; a first one spends four on the DI, a following one five on DI and SEQ. */
const FIRST_BYTES = 196;
const NEXT_BYTES = 195;

export interface FollowUp {
  first(di: string, value: Uint8Array): Reply;
  /** The same SEQ twice gives the same bytes twice; undefined where nothing is left to follow. */
  next(di: string, sequence: number): Reply | undefined;
}

/** Long answers in pieces, all of one and the same moment. */
export function createFollowUp(): FollowUp {
  let kept: { readonly di: string; readonly value: Uint8Array } | undefined;
  return {
    first(di, value) {
      const more = value.length > FIRST_BYTES;
      kept = more ? { di, value } : undefined;
      return { kind: 'read', di, value: more ? value.subarray(0, FIRST_BYTES) : value, more };
    },
    next(di, sequence) {
      if (kept === undefined || kept.di !== di || sequence < 1) return undefined;
      const from = FIRST_BYTES + (sequence - 1) * NEXT_BYTES;
      if (from >= kept.value.length) return undefined;
      const value = kept.value.subarray(from, from + NEXT_BYTES);
      return { kind: 'read-next', di, value, sequence, more: from + NEXT_BYTES < kept.value.length };
    },
  };
}
