import { type CommandState, FINAL_STATES } from '../model/command.ts';

/**
 * The life of a command: what may follow each state.
 *
 * `sent` is the instant that counts: it is committed before the frame leaves. An acknowledgement is not a confirmation;
 * what is unknown is read back, and only an answered, unchanged relay leads back to `queued`. A recharge lives by the same table,
 * with the purchase count where a command has its relay; its effect may show when it is about to be sent again (`queued` → `verifying`).
 */
const MOVES = {
  pendingApproval: ['queued', 'rejected', 'cancelled', 'superseded', 'expired'],
  queued: ['suspended', 'sent', 'verifying', 'superseded', 'cancelled', 'expired'],
  suspended: ['queued', 'superseded', 'cancelled', 'expired'],
  sent: ['acknowledged', 'refused', 'unknown'],
  acknowledged: ['verifying'],
  unknown: ['verifying'],
  verifying: ['verifying', 'confirmed', 'queued', 'failed', 'unknown'],
  confirmed: [],
  rejected: [],
  refused: [],
  failed: [],
  expired: [],
  superseded: [],
  cancelled: [],
} as const satisfies Record<CommandState, readonly CommandState[]>;

export function mayMove(from: CommandState, to: CommandState): boolean {
  const next: readonly CommandState[] = MOVES[from];
  return next.includes(to);
}

export const hasEnded = (state: CommandState): boolean => (FINAL_STATES as readonly CommandState[]).includes(state);
/** No frame of it can be on its way. */
export const isWaiting = (state: CommandState): boolean => state === 'pendingApproval' || state === 'queued' || state === 'suspended';
