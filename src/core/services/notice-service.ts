import type { Clock } from '../../kernel/clock.ts';
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
  const settle = async (notice: Notice) => {
    const outcome = await notifier.deliver(notice);
    await store.commit({
      facts: [
        outcome.ok
          ? { kind: 'noticeSettled', noticeId: notice.id, state: 'delivered', at: clock.now(), receipt: outcome.value.receipt }
          : { kind: 'noticeSettled', noticeId: notice.id, state: 'failed', at: clock.now(), receipt: outcome.error.reason },
      ],
    });
  };
  return {
    async deliverQueued() {
      const queued = await store.read('queuedNotices', { limit: AT_ONCE });
      await Promise.all(queued.map(settle));
      return queued.length;
    },
  };
}
