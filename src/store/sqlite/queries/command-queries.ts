import { ENDED, literal, question } from '../question.ts';
import type { Answers } from './answer.ts';
import { beforeOf, pageOf } from './paging.ts';
import { caseOf, commandOf, decisionOf, moveOf, noticeOf } from './rows.ts';

const commandById = question<{ id: string }>()((db, asked) => db.selectFrom('commands').selectAll().where('id', '=', asked.id));
const movesOf = question<{ id: string }>()((db, asked) =>
  db.selectFrom('command_moves').selectAll().where('command_id', '=', asked.id).orderBy('seq'),
);
const decisionById = question<{ id: string }>()((db, asked) => db.selectFrom('decisions').selectAll().where('id', '=', asked.id));
const meterPointById = question<{ id: string }>()((db, asked) => db.selectFrom('meter_points').select('id').where('id', '=', asked.id));
const decisionsBefore = question<{ meterPointId: string; before: string; limit: number }>()((db, asked) =>
  db
    .selectFrom('decisions')
    .selectAll()
    .where('meter_point_id', '=', asked.meterPointId)
    .where('id', '<', asked.before)
    .orderBy('id', 'desc')
    .limit(asked.limit),
);
const commandsBefore = question<{ before: bigint; limit: number }>()((db, asked) =>
  db.selectFrom('commands').selectAll().where('seq', '<', asked.before).orderBy('seq', 'desc').limit(asked.limit),
);
const commandsOfMeterBefore = question<{ meterId: string; before: bigint; limit: number }>()((db, asked) =>
  db
    .selectFrom('commands')
    .selectAll()
    .where('meter_id', '=', asked.meterId)
    .where('seq', '<', asked.before)
    .orderBy('seq', 'desc')
    .limit(asked.limit),
);
const openCommands = question()((db) => db.selectFrom('commands').selectAll().where('state', 'not in', ENDED).orderBy('seq'));
const queuedNotices = question<{ limit: number }>()((db, asked) =>
  db.selectFrom('notices').selectAll().where('state', '=', literal('queued')).orderBy('seq').limit(asked.limit),
);
const caseById = question<{ id: string }>()((db, asked) => db.selectFrom('cases').selectAll().where('id', '=', asked.id));
const openCasesBefore = question<{ before: bigint; limit: number }>()((db, asked) =>
  db
    .selectFrom('cases')
    .selectAll()
    .where('closed_at', 'is', null)
    .where('seq', '<', asked.before)
    .orderBy('seq', 'desc')
    .limit(asked.limit),
);
const closedCasesBefore = question<{ before: bigint; limit: number }>()((db, asked) =>
  db
    .selectFrom('cases')
    .selectAll()
    .where('closed_at', 'is not', null)
    .where('seq', '<', asked.before)
    .orderBy('seq', 'desc')
    .limit(asked.limit),
);

/** After every id. */
const NEWEST_ID = '~';

type CommandQuery = 'command' | 'commands' | 'decisions' | 'openCommands' | 'queuedNotices' | 'case' | 'cases';

export const commandAnswers: Answers<CommandQuery> = {
  command({ reader }, { commandId }) {
    const row = reader.first(commandById, { id: commandId });
    if (row === undefined) return undefined;
    const decision = row.decision_id === null ? undefined : reader.first(decisionById, { id: row.decision_id });
    return {
      command: commandOf(row),
      moves: reader.all(movesOf, { id: commandId }).map(moveOf),
      decision: decision && decisionOf(decision),
    };
  },
  /** Newest first. */
  commands({ reader }, ask) {
    const page = { before: beforeOf(ask.cursor), limit: ask.limit + 1 };
    const rows =
      ask.meterId === undefined ? reader.all(commandsBefore, page) : reader.all(commandsOfMeterBefore, { ...page, meterId: ask.meterId });
    return pageOf(rows, ask, ({ seq }) => String(seq), commandOf);
  },
  decisions({ reader }, { meterPointId, ...ask }) {
    if (reader.first(meterPointById, { id: meterPointId }) === undefined) return undefined;
    const rows = reader.all(decisionsBefore, { meterPointId, before: ask.cursor ?? NEWEST_ID, limit: ask.limit + 1 });
    return pageOf(rows, ask, ({ id }) => id, decisionOf);
  },
  openCommands: ({ reader }) => reader.all(openCommands, {}).map(commandOf),
  queuedNotices: ({ reader }, { limit }) => reader.all(queuedNotices, { limit }).map(noticeOf),
  case({ reader }, { caseId }) {
    const row = reader.first(caseById, { id: caseId });
    return row && caseOf(row);
  },
  /** Newest first. */
  cases({ reader }, ask) {
    const rows = reader.all(ask.open ? openCasesBefore : closedCasesBefore, { before: beforeOf(ask.cursor), limit: ask.limit + 1 });
    return pageOf(rows, ask, ({ seq }) => String(seq), caseOf);
  },
};
