import type { Instant } from '../../kernel/clock.ts';
import type { Command, CommandState } from '../model/command.ts';
import type { LoadSide, RelayReport } from '../model/meter.ts';

export interface RelayVerdict {
  readonly to: Extract<CommandState, 'confirmed' | 'queued' | 'failed' | 'verifying'>;
  readonly reason: string;
}

/**
 * What an answered read-back says of a command that may have reached the meter. Pure.
 *
 * Current through an open relay contradicts and is never a confirmation. A delayed trip, a closed relay that a trip may still be about to
 * open, and an armed one that waits for its button stay in `verifying`. A closing is repeated at once: a relay that closes late does no harm.
 *
 * @param settledAt when the relay has opened, if the last frame of a trip opens it
 */
export function judgeReadBack(
  command: Command,
  report: RelayReport,
  loadSide: LoadSide,
  { now, settledAt }: { readonly now: Instant; readonly settledAt: Instant },
): RelayVerdict {
  const mayOpen = report.relay === 'closed' && now < settledAt;
  if (isReached(command, report) && !mayOpen) {
    return loadSide === 'contradicts' ? { to: 'verifying', reason: 'load-contradicts' } : { to: 'confirmed', reason: 'read back' };
  }
  if (command.action === 'trip' && report.tripDelayed) return { to: 'verifying', reason: 'delayed' };
  if (command.action === 'arm' && report.relay === 'armed') return { to: 'verifying', reason: 'awaitingCustomer' };
  if (report.relay === 'unknown') return { to: 'verifying', reason: 'the meter reports no usable relay state' };
  if (mayOpen) return { to: 'verifying', reason: 'settling' };
  return now < command.expiresAt
    ? { to: 'queued', reason: 'relay unchanged' }
    : { to: 'failed', reason: 'relay unchanged at the deadline' };
}

function isReached({ action }: Command, { relay, tripDelayed }: RelayReport): boolean {
  return action === 'trip' ? relay === 'open' : relay === 'closed' && !tripDelayed;
}
