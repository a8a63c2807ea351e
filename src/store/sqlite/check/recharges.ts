import type Database from 'better-sqlite3';
import type { CommandState } from '../../../core/model/command.ts';
import type { Violation } from './violation.ts';

interface MoveRow {
  readonly recharge_id: string;
  readonly asked: bigint | null;
  readonly state: CommandState;
  readonly from_state: CommandState;
  readonly to_state: CommandState;
  /** As the purse was read for this step. */
  readonly read: bigint | null;
}

/**
 * I14 for purses: no frame of a recharge left without an answered read of the purse at one purchase less, and none is called confirmed
 * but by the count that it makes. No purchase of a meter was confirmed twice.
 */
export function* checkRecharges(database: Database.Database): Iterable<Violation> {
  const moves = database.prepare<[], MoveRow>(
    `select m.recharge_id, r.purchase_count as asked, r.state, m.from_state, m.to_state, m.purchase_count as read
     from recharge_moves m join recharges r on r.id = m.recharge_id order by m.recharge_id, m.seq`,
  );
  let last: MoveRow | undefined;
  for (const move of moves.iterate()) {
    if (last?.recharge_id !== move.recharge_id) {
      yield* endOf(last);
      last = undefined;
    }
    if (move.from_state !== (last?.to_state ?? 'queued'))
      yield violation(move, `${move.from_state} after ${last?.to_state ?? 'queued'}`, 'steps without a gap');
    if (move.to_state === 'sent') yield* isRead(move, -1n);
    if (move.to_state === 'confirmed') yield* isRead(move, 0n);
    last = move;
  }
  yield* endOf(last);
  yield* twiceConfirmed(database);
}

function* isRead(move: MoveRow, offset: bigint): Iterable<Violation> {
  const wanted = move.asked === null ? undefined : move.asked + offset;
  if (wanted === undefined || move.read !== wanted)
    yield violation(move, `${move.to_state} with the purchase count ${move.read ?? 'unread'}`, `${wanted ?? 'a count that it makes'}`);
}

function* endOf(move: MoveRow | undefined): Iterable<Violation> {
  if (move !== undefined && move.state !== move.to_state)
    yield violation(move, `state ${move.state}`, `${move.to_state}, where its steps end`);
}

function* twiceConfirmed(database: Database.Database): Iterable<Violation> {
  const twice = database.prepare<[], { meter_id: string; purchase_count: bigint; times: bigint }>(
    `select meter_id, purchase_count, count(*) as times from recharges where state = 'confirmed' group by meter_id, purchase_count having times > 1`,
  );
  for (const { meter_id, purchase_count, times } of twice.iterate()) {
    yield { invariant: 'I14', where: `meter:${meter_id}`, found: `purchase ${purchase_count} confirmed ${times} times`, expected: 'once' };
  }
}

const violation = ({ recharge_id }: MoveRow, found: string, expected: string): Violation => ({
  invariant: 'I14',
  where: `recharge:${recharge_id}`,
  found,
  expected,
});
