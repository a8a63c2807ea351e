import type Database from 'better-sqlite3';
import type { WriterBatch, WriterFact } from '../encoding/batch-encoding.ts';

/** What has to wait while the disk is full: new money, new readings, and every step of a trip or a recharge up to its frame. */
export function createNeedsRoom(database: Database.Database): (batch: WriterBatch) => boolean {
  const actionOf = database.prepare<[string], string>('select action from commands where id = ?').pluck();
  const begins = (fact: WriterFact): boolean => {
    switch (fact.kind) {
      case 'entry':
      case 'payment':
      case 'hold':
      case 'reading':
      case 'accrual':
      case 'recharge':
      case 'bill':
      case 'readingEntered':
        return true;
      case 'command':
        return fact.command.action === 'trip';
      case 'commandMove':
        return fact.move.to === 'sent' && actionOf.get(fact.move.commandId) === 'trip';
      case 'rechargeMove':
        return fact.move.to === 'sent';
      default:
        return false;
    }
  };
  return ({ facts }) => facts.some(begins);
}
