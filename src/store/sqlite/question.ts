/**
 * Questions to the database: written with Kysely, compiled once, prepared once for each connection.
 *
 * Kysely's own executor is asynchronous; a snapshot must not be left open across turns of the loop, so answers are taken here.
 */
import { type CompiledQuery, DummyDriver, Kysely, sql as raw, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import { FINAL_STATES } from '../../core/model/command.ts';
import type { Schema } from './schema.ts';

export type SqlValue = string | number | bigint | null;
type Asked = Readonly<Record<string, SqlValue>>;

export interface Question<Ask extends Asked, Row> {
  readonly sql: string;
  readonly valuesOf: (ask: Ask) => SqlValue[];
  /** Carries the type of the rows; never there. */
  readonly row?: Row;
}

/** Stands in the query where a value of the ask will be. */
class Marker {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

const compiler = new Kysely<Schema>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

/** `question<{ id: string }>()((db, asked) => db.selectFrom(…).where('id', '=', asked.id))` */
export function question<Ask extends Asked>() {
  return <Row>(build: (db: Kysely<Schema>, asked: Ask) => { compile(): CompiledQuery<Row> }): Question<Ask, Row> => {
    // A marker is typed as the value that it stands for, so that the query is checked against its columns.
    const asked = new Proxy({}, { get: (_, name) => new Marker(String(name)) }) as Ask;
    const { sql, parameters } = build(compiler, asked).compile();
    return {
      sql,
      valuesOf: (ask) => parameters.map((value) => (value instanceof Marker ? (ask[value.name] ?? null) : (value as SqlValue))),
    };
  };
}

/** A text written into the query, not bound to it: only so can the planner use an index of some rows. */
export const literal = (text: string) => raw.lit(text);
/** States in which a command is over. */
export const ENDED = FINAL_STATES.map(literal);
