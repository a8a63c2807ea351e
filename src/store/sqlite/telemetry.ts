import Database from 'better-sqlite3';
import type { Fact } from '../../core/model/fact.ts';
import { formatInstant } from '../../kernel/clock.ts';

export type TelemetryFact = Extract<Fact, { kind: 'telemetry' }>;

/** Load curves, voltages, raw profiles: monthly files beside the ledger; retention is the deletion of a file. */
export interface Telemetry {
  /** Stored and synced when it returns; what is stored already stays as it is. */
  write(facts: readonly TelemetryFact[]): void;
  close(): void;
}

/** A month, the one before and one with a wrong clock. */
const MOST_OPEN_FILES = 3;

/** @param fileOf the file of a month `YYYY-MM`, or `:memory:` */
export function createTelemetry(fileOf: (month: string) => string): Telemetry {
  const open = new Map<string, MonthFile>();
  const fileFor = (month: string): MonthFile => {
    const known = open.get(month);
    if (known !== undefined) return known;
    const [oldest] = open;
    if (open.size >= MOST_OPEN_FILES && oldest !== undefined) {
      oldest[1].close();
      open.delete(oldest[0]);
    }
    const made = openMonth(fileOf(month));
    open.set(month, made);
    return made;
  };
  return {
    write(facts) {
      const byMonth = Map.groupBy(facts, ({ at }) => formatInstant(at).slice(0, 7));
      for (const [month, ofMonth] of byMonth) fileFor(month).write(ofMonth);
    },
    close() {
      for (const file of open.values()) file.close();
      open.clear();
    },
  };
}

interface MonthFile {
  write(facts: readonly TelemetryFact[]): void;
  close(): void;
}

function openMonth(file: string): MonthFile {
  const database = new Database(file);
  database.pragma('journal_mode = wal');
  database.pragma('synchronous = full');
  database.exec(
    'create table if not exists telemetry (meter_id text not null, register text not null, at integer not null, value integer not null, primary key (meter_id, register, at)) without rowid',
  );
  const insert = database.prepare('insert into telemetry (meter_id, register, at, value) values (?, ?, ?, ?) on conflict do nothing');
  return {
    write: database.transaction((facts: readonly TelemetryFact[]) => {
      for (const { meterId, register, at, value } of facts) insert.run(meterId, register, at, value);
    }),
    close: () => database.close(),
  };
}
