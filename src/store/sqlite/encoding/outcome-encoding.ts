/** What became of each batch, as text: outcomes cross back in the order in which their batches came. */

import type { LedgerAccount } from '../../../core/model/journal.ts';
import type { CommitOutcome } from '../../../core/ports/store.ts';
import type { ErrorCode } from '../../../kernel/error-codes.ts';
import { money } from '../../../kernel/units.ts';

/** A broken promise inside one batch: it is undone, the others go on. */
export interface Failed {
  readonly status: 'failed';
  readonly code: ErrorCode;
  readonly message: string;
}
export type GroupOutcome = CommitOutcome | Failed;

/** What a group brought. */
export interface GroupResult {
  readonly outcomes: readonly GroupOutcome[];
  /** The newest position of the journal. */
  readonly lastSeq: number;
}

interface PackedResult {
  /** Of a committed batch accounts and balances, one after the other. */
  readonly outcomes: readonly (readonly string[] | Exclude<GroupOutcome, { status: 'committed' }>)[];
  readonly lastSeq: number;
}

export function encodeResult({ outcomes, lastSeq }: GroupResult): string {
  return JSON.stringify({ outcomes: outcomes.map(pack), lastSeq } satisfies PackedResult);
}

export function decodeResult(text: string): GroupResult {
  const { outcomes, lastSeq } = JSON.parse(text) as PackedResult;
  return { outcomes: outcomes.map(unpack), lastSeq };
}

function pack(outcome: GroupOutcome): PackedResult['outcomes'][number] {
  if (outcome.status !== 'committed') return outcome;
  const texts: string[] = [];
  for (const [account, balance] of outcome.balances) texts.push(account, balance.toString());
  return texts;
}

function unpack(packed: PackedResult['outcomes'][number]): GroupOutcome {
  if (!isCommitted(packed)) return packed;
  const balances = new Map<LedgerAccount, ReturnType<typeof money>>();
  for (let index = 0; index < packed.length; index += 2)
    balances.set(packed[index] as LedgerAccount, money(BigInt(packed[index + 1] ?? '')));
  return { status: 'committed', balances };
}

const isCommitted = (packed: PackedResult['outcomes'][number]): packed is readonly string[] => Array.isArray(packed);
