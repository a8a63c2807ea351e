import { type CreateTableBuilder, type Expression, type Kysely, type SqlBool, sql } from 'kysely';

/** A column that must have a value, or with `?` one that may lack it. */
export type ColumnKind = 'text' | 'text?' | 'integer' | 'integer?';
type Columns = Readonly<Record<string, ColumnKind>>;

/** A table whose rows lie in the order of their key, without a second tree that leads to them. */
export async function clustered(db: Kysely<unknown>, name: string, key: readonly string[], columns: Columns): Promise<void> {
  await withColumns(db.schema.createTable(name), columns)
    .addPrimaryKeyConstraint(`${name}_key`, [...key])
    .modifyEnd(sql`without rowid`)
    .execute();
}

/** A table that only grows at its end: `key` is a number that the writer gives, or the next one. */
export async function sequence(db: Kysely<unknown>, name: string, key: string, columns: Columns): Promise<void> {
  const table = db.schema.createTable(name).addColumn(key, 'integer', (column) => column.primaryKey());
  await withColumns(table, columns).execute();
}

export interface IndexOptions {
  readonly unique?: boolean;
  /** Only rows that it holds for are in the index. */
  readonly where?: Expression<SqlBool> | ReturnType<typeof sql>;
}

export async function index(
  db: Kysely<unknown>,
  name: string,
  table: string,
  columns: readonly string[],
  options: IndexOptions = {},
): Promise<void> {
  const plain = db.schema
    .createIndex(name)
    .on(table)
    .columns([...columns]);
  const unique = options.unique === true ? plain.unique() : plain;
  await (options.where === undefined ? unique : unique.where(options.where as Expression<SqlBool>)).execute();
}

function withColumns(table: CreateTableBuilder<string, string>, columns: Columns): CreateTableBuilder<string, string> {
  let built = table;
  for (const [name, kind] of Object.entries(columns)) {
    const type = kind.startsWith('text') ? 'text' : 'bigint';
    built = built.addColumn(name, type, (column) => (kind.endsWith('?') ? column : column.notNull()));
  }
  return built;
}
