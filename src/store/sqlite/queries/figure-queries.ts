import { money } from '../../../kernel/units.ts';
import { ENDED, literal, question } from '../question.ts';
import type { Answers } from './answer.ts';
import { isLastOfItsEntry } from './entry-queries.ts';
import { instant, instantIf } from './rows.ts';

const meterCount = question()((db) => db.selectFrom('meters').select((of) => of.fn.countAll<bigint>().as('count')));
const relaysKnown = question()((db) =>
  db
    .selectFrom('relays')
    .innerJoin('meters', 'meters.id', 'relays.meter_id')
    .select((of) => of.fn.countAll<bigint>().as('count'))
    .where('reported', '<>', 'unknown'),
);
const openRestores = question()((db) =>
  db.selectFrom('commands').select('created_at').where('action', 'in', ['arm', 'close']).where('state', 'not in', ENDED).orderBy('seq'),
);
/** All balances together, each as its newest posting says. */
const imbalance = question()((db) =>
  db
    .selectFrom('heads')
    .innerJoin('postings', (join) =>
      join.onRef('postings.entry_seq', '=', 'heads.last_entry').onRef('postings.account_id', '=', 'heads.account_id'),
    )
    .where(isLastOfItsEntry)
    .select((of) => of.fn.sum<bigint | null>('postings.balance_after').as('sum')),
);
const queuedNotices = question()((db) =>
  db
    .selectFrom('notices')
    .select((of) => of.fn.countAll<bigint>().as('count'))
    .where('state', '=', literal('queued')),
);
const lastLink = question()((db) => db.selectFrom('links').select('at').orderBy('from_seq', 'desc').limit(1));
const lastUnsealed = question()((db) => db.selectFrom('last_commit').select('at'));

export const figureAnswers: Answers<'figures' | 'lastCommitAt'> = {
  figures: ({ reader, walBytes }) => ({
    relaysUnknown: Number((reader.first(meterCount, {})?.count ?? 0n) - (reader.first(relaysKnown, {})?.count ?? 0n)),
    openRestoresSince: reader.all(openRestores, {}).map(({ created_at }) => instant(created_at)),
    imbalance: money(reader.first(imbalance, {})?.sum ?? 0n),
    walBytes: walBytes(),
    noticesQueued: Number(reader.first(queuedNotices, {})?.count ?? 0n),
  }),
  lastCommitAt({ reader }) {
    const times = [reader.first(lastLink, {})?.at, reader.first(lastUnsealed, {})?.at].filter((at) => at !== undefined);
    return instantIf(times.reduce<bigint | null>((latest, at) => (latest === null || at > latest ? at : latest), null));
  },
};
