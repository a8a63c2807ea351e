import type Database from 'better-sqlite3';
import type { DuplicateKey } from '../../../core/ports/store.ts';
import { AppError } from '../../../kernel/app-error.ts';
import type { WriterBatch, WriterFact } from '../encoding/batch-encoding.ts';
import { undoneBy } from './money-appliers.ts';

/** Which key of a refused batch was used before: the caller's own first, then the channel's, then the entry's. */
export type FindDuplicate = (batch: WriterBatch) => DuplicateKey;

export function createFindDuplicate(database: Database.Database): FindDuplicate {
  const idempotencyKey = database.prepare('select 1 from idempotency_keys where key = ?');
  const serial = database.prepare('select 1 from payments where channel = ? and channel_date = ? and channel_serial = ?');
  const reversed = database.prepare('select 1 from undone where entry_id = ?');
  const entryKey = database.prepare('select 1 from entries where key = ?');
  const isUsed = (statement: Database.Statement, ...values: readonly string[]): boolean => statement.get(values) !== undefined;

  const searches: readonly ((fact: WriterFact) => DuplicateKey | undefined)[] = [
    (fact) => (fact.kind === 'idempotencyKey' && isUsed(idempotencyKey, fact.key) ? { kind: 'idempotency-key', key: fact.key } : undefined),
    (fact) => {
      if (fact.kind !== 'payment') return undefined;
      const { channel, channelDate, channelSerial } = fact.payment;
      if (!isUsed(serial, channel, channelDate, channelSerial)) return undefined;
      return { kind: 'channel-serial', key: `${channel}/${channelDate}/${channelSerial}` };
    },
    (fact) => {
      const reverses = fact.kind === 'entry' ? undoneBy(fact.entry) : undefined;
      return reverses !== undefined && isUsed(reversed, reverses) ? { kind: 'reversal', key: reverses } : undefined;
    },
    (fact) => (fact.kind === 'entry' && isUsed(entryKey, fact.entry.key) ? { kind: 'entry-key', key: fact.entry.key } : undefined),
  ];
  return ({ facts }) => {
    for (const search of searches) {
      for (const fact of facts) {
        const found = search(fact);
        if (found !== undefined) return found;
      }
    }
    throw new AppError('invariant-violated', 'a batch uses one key twice', {});
  };
}
