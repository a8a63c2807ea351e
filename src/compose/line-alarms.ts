import type { LineAlarm } from '../core/model/line-alarm.ts';
import type { Store } from '../core/ports/store.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';

export type RaiseLineAlarm = (alarm: Pick<LineAlarm, 'lineId' | 'kind' | 'detail'>) => void;

/** Of one kind on one line: a stranger that dials again and again must not fill the sealed record. */
const ONE_IN_MS = 60_000;

/** Says each alarm in the log and stores it as an event; what comes again within a minute is counted into the next one. */
export function createLineAlarms({ store, clock, logger }: { store: Store; clock: Clock; logger: Logger }): RaiseLineAlarm {
  const last = new Map<string, { readonly storedMs: number; leftOut: number }>();

  async function keep(alarm: LineAlarm): Promise<void> {
    const outcome = await store.commit({ facts: [{ kind: 'lineAlarm', alarm }] });
    if (outcome.status !== 'committed') logger.error({ ...alarm, status: outcome.status }, 'the alarm of a line could not be stored');
  }

  return ({ lineId, kind, detail }) => {
    const key = `${lineId} ${kind}`;
    const before = last.get(key);
    const nowMs = clock.monotonicMs();
    if (before !== undefined && nowMs - before.storedMs < ONE_IN_MS) {
      before.leftOut += 1;
      return;
    }
    last.set(key, { storedMs: nowMs, leftOut: 0 });
    logger.warn({ line: lineId, kind, detail }, 'a line needs a look');
    const alarm = { lineId, kind, detail, at: clock.now(), leftOut: before?.leftOut ?? 0 };
    void keep(alarm).catch((error: unknown) => logger.error({ error, line: lineId, kind }, 'the alarm of a line could not be stored'));
  };
}
