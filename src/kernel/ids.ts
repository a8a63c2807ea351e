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

/**
 * @param nowMs wall time in milliseconds, for the sortable head
 * @param random 10 fresh random bytes
 */
export function createNewId(nowMs: () => number, random: (length: number) => Uint8Array): NewId {
  return <Kind extends Id<string>>(prefix: string) => {
    const tail = Array.from(random(10), (byte) => ALPHABET[byte % 32] ?? '0').join('');
    return `${prefix}_${nowMs().toString(32).padStart(9, '0')}${tail}` as Kind;
  };
}
