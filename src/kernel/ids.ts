/** Branded ids: a meter's id never stands where an account's is wanted. */
declare const of: unique symbol;
type Id<Name extends string> = string & { readonly [of]: Name };

export type AccountId = Id<'account'>;
export type MeterPointId = Id<'meter-point'>;
export type MeterId = Id<'meter'>;
export type CustomerId = Id<'customer'>;
export type ContractId = Id<'contract'>;
export type LineId = Id<'line'>;
export type EntryId = Id<'entry'>;
export type PaymentId = Id<'payment'>;
export type BillId = Id<'bill'>;
export type ReversalId = Id<'reversal'>;
export type HoldId = Id<'hold'>;
export type CommandId = Id<'command'>;
export type RechargeId = Id<'recharge'>;
export type DecisionId = Id<'decision'>;
export type NoticeId = Id<'notice'>;
export type CaseId = Id<'case'>;
export type ReadId = Id<'read'>;
export type ScanId = Id<'scan'>;
export type KeyId = Id<'key'>;
/** Who did it: a key's name, or `system:` and the job. */
export type Actor = Id<'actor'>;

/** Takes text for an id at a parse edge (config, HTTP, database). */
export const asId = <Kind extends Id<string>>(text: string): Kind => text as Kind;

/** Makes new ids, sortable by the time they were made. */
export type NewId = <Kind extends Id<string>>(prefix: string) => Kind;

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

const TAIL_LENGTH = 10;
/** Random bytes are asked for in one go for so many ids: the system call costs more than the bytes. */
const DRAWN_IDS = 64;

/**
 * @param nowMs wall time in milliseconds, for the sortable head
 * @param random so many fresh random bytes
 */
export function createNewId(nowMs: () => number, random: (length: number) => Uint8Array): NewId {
  let drawn: Uint8Array = new Uint8Array();
  let used = 0;
  return <Kind extends Id<string>>(prefix: string) => {
    if (used >= drawn.length) {
      drawn = random(TAIL_LENGTH * DRAWN_IDS);
      used = 0;
    }
    let tail = '';
    for (const end = used + TAIL_LENGTH; used < end; used++) tail += ALPHABET[(drawn[used] ?? 0) % 32];
    return `${prefix}_${nowMs().toString(32).padStart(9, '0')}${tail}` as Kind;
  };
}
