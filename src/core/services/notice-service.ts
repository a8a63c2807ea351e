import type { Clock } from '../../kernel/clock.ts';
import type { NoticeId } from '../../kernel/ids.ts';
import type { Fact } from '../model/fact.ts';
import type { Notice } from '../model/notice.ts';
import type { Notifier } from '../ports/notifier.ts';
import type { Store } from '../ports/store.ts';

export interface NoticeService {
  /** Hands out what is queued and stores each receipt; returns how many were settled. */
  deliverQueued(): Promise<number>;
}

export interface NoticeDeps {
  readonly store: Store;
  readonly notifier: Notifier;
  readonly clock: Clock;
}

const AT_ONCE = 100;

export function createNoticeService({ store, notifier, clock }: NoticeDeps): NoticeService {
  /** Receipts that the store has not taken yet: a notice that was handed out is not handed out again for them. */
  const receipts = new Map<NoticeId, Fact>();
  const handOut = async (notice: Notice): Promise<Fact> => {
    const outcome = await notifier.deliver(notice);
    const settled = { kind: 'noticeSettled', noticeId: notice.id, at: clock.now() } as const;
    return outcome.ok
      ? { ...settled, state: 'delivered', receipt: outcome.value.receipt }
      : { ...settled, state: 'failed', receipt: outcome.error.reason };
  };
  const settle = async (notice: Notice): Promise<boolean> => {
    const receipt = receipts.get(notice.id) ?? (await handOut(notice));
    receipts.set(notice.id, receipt);
    const { status } = await store.commit({ facts: [receipt] });
    if (status === 'committed') receipts.delete(notice.id);
    return status === 'committed';
  };
  return {
    async deliverQueued() {
      const queued = await store.read('queuedNotices', { limit: AT_ONCE });
      const settled = await Promise.all(queued.map(settle));
      return settled.filter(Boolean).length;
    },
  };
}
