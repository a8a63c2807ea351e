import { formatInstant } from '../../../kernel/clock.ts';
import type { Appliers, WriterContext } from './applier.ts';

type DecisionKind = 'decision' | 'crossing';
type NoticeKind = 'notice' | 'noticeSettled';
type MarkKind = 'mark' | 'markLifted';
type CaseKind = 'case' | 'caseClosed';

export function createFeeControlAppliers(context: WriterContext): Appliers<DecisionKind | NoticeKind | MarkKind | CaseKind> {
  return {
    ...createDecisionAppliers(context),
    ...createNoticeAppliers(context),
    ...createMarkAppliers(context),
    ...createCaseAppliers(context),
  };
}

function createDecisionAppliers({ database, seal }: WriterContext): Appliers<DecisionKind> {
  const decision = database.prepare('insert into decisions (id, meter_point_id, at, act, wanted, terms) values (?, ?, ?, ?, ?, ?)');
  const crossing = database.prepare(
    `insert into crossings (meter_point_id, number, below, at) values (?, ?, ?, ?)
     on conflict (meter_point_id) do update set number = excluded.number, below = excluded.below, at = excluded.at`,
  );
  return {
    decision({ decision: { id, meterPointId, at, act, wanted, terms } }) {
      decision.run(id, meterPointId, at, act, wanted, JSON.stringify(terms));
      seal.record({ at, type: `decision.${act}`, subject: `meterPoint:${meterPointId}`, data: { id, meterPointId, act, wanted, terms } });
      return undefined;
    },
    crossing({ crossing: { meterPointId, number, below, at } }) {
      crossing.run(meterPointId, number, Number(below), at);
      seal.record({
        at,
        type: below ? 'crossing.began' : 'crossing.ended',
        subject: `meterPoint:${meterPointId}`,
        data: { meterPointId, number },
      });
      return undefined;
    },
  };
}

function createNoticeAppliers({ database, seal }: WriterContext): Appliers<NoticeKind> {
  const insert = database.prepare(
    `insert into notices (id, seq, account_id, meter_point_id, kind, crossing, state, queued_at, settled_at, receipt, text)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const settle = database
    .prepare<[string, number, string, string], string>(
      `update notices set state = ?, settled_at = ?, receipt = ? where id = ? and state = 'queued' returning account_id`,
    )
    .pluck();
  return {
    notice({ notice }) {
      const { id, accountId, meterPointId, kind, crossing, state, queuedAt, settledAt = null, receipt = null, text } = notice;
      const data = { id, accountId, meterPointId, kind, crossing, text };
      const seq = seal.record({ at: queuedAt, type: `notice.${state}`, subject: `account:${accountId}`, data });
      insert.run(id, seq, accountId, meterPointId, kind, crossing, state, queuedAt, settledAt, receipt, text);
      return undefined;
    },
    /** A notice that is settled already stays as it is. */
    noticeSettled({ noticeId, state, at, receipt }) {
      const accountId = settle.get(state, at, receipt, noticeId);
      if (accountId === undefined) return undefined;
      seal.record({ at, type: `notice.${state}`, subject: `account:${accountId}`, data: { id: noticeId, accountId, receipt } });
      return undefined;
    },
  };
}

function createMarkAppliers({ database, seal, versions }: WriterContext): Appliers<MarkKind> {
  const set = database.prepare(
    `insert into marks (subject, kind, since, actor, reason) values (?, ?, ?, ?, ?)
     on conflict (subject, kind) do update set since = excluded.since, actor = excluded.actor, reason = excluded.reason`,
  );
  const lift = database.prepare('delete from marks where subject = ? and kind = ?');
  return {
    mark({ mark: { subject, kind, since, actor, reason } }) {
      set.run(subject, kind, since, actor, reason);
      versions.raise(subject);
      seal.record({ at: since, type: 'mark.set', actor, subject, data: { kind, reason } });
      return undefined;
    },
    markLifted({ subject, mark: kind, at, actor, reason }) {
      if (lift.run(subject, kind).changes === 0) return undefined;
      versions.raise(subject);
      seal.record({ at, type: 'mark.lifted', actor, subject, data: { kind, ...(reason === undefined ? {} : { reason }) } });
      return undefined;
    },
  };
}

function createCaseAppliers({ database, seal }: WriterContext): Appliers<CaseKind> {
  const insert = database.prepare(
    'insert into cases (id, seq, meter_point_id, kind, owner, reason, opened_at, closed_at) values (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const close = database
    .prepare<[number, string], string>('update cases set closed_at = ? where id = ? and closed_at is null returning meter_point_id')
    .pluck();
  return {
    case({ case: { id, meterPointId, kind, owner, reason, openedAt, closedAt = null } }) {
      const data = { id, meterPointId, kind, owner, reason, openedAt: formatInstant(openedAt) };
      const seq = seal.record({ at: openedAt, type: 'case.opened', subject: `meterPoint:${meterPointId}`, data });
      insert.run(id, seq, meterPointId, kind, owner, reason, openedAt, closedAt);
      return undefined;
    },
    /** A case that is closed already stays as it is. */
    caseClosed({ caseId, at, actor, reason }) {
      const meterPointId = close.get(at, caseId);
      if (meterPointId === undefined) return undefined;
      seal.record({ at, type: 'case.closed', actor, subject: `meterPoint:${meterPointId}`, data: { id: caseId, meterPointId, reason } });
      return undefined;
    },
  };
}
