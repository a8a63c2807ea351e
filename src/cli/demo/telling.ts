import type { EventRecord } from '../../core/ports/queries.ts';
import type { Store } from '../../core/ports/store.ts';
import type { Screen } from './screen.ts';

type Say = (data: EventRecord['data']) => string;

/** What of the event stream a newcomer sees, in one sentence each. */
const TOLD: Readonly<Record<string, readonly [chapter: string, say: Say]>> = {
  'notice.queued': ['notice', ({ kind, accountId, text }) => `${kind} for ${accountId}: ${text}`],
  'notice.delivered': ['notice', ({ accountId, receipt }) => `reached ${accountId}, receipt ${receipt}`],
  'decision.trip': ['decision', ({ meterPointId, terms }) => `trip ${meterPointId}, every term met: ${namesOf(terms)}`],
  'decision.restore': ['decision', ({ meterPointId, terms }) => `restore ${meterPointId}, every term met: ${namesOf(terms)}`],
  'command.sent': ['command', ({ action, meterId }) => `${action} ${meterId}: committed as sent, now the frame leaves`],
  'command.acknowledged': ['command', ({ action, meterId }) => `${action} ${meterId}: accepted by the meter, which proves nothing yet`],
  'command.unknown': ['command', ({ action, meterId, reason }) => `${action} ${meterId}: unknown (${reason}), the relay is read back`],
  'command.refused': ['command', ({ action, meterId, reason }) => `${action} ${meterId}: refused, ${reason}`],
  'command.superseded': ['command', ({ action, meterId, reason }) => `${action} ${meterId}: void, ${reason}`],
  'command.confirmed': ['proof', ({ action, meterId, evidence }) => `${action} ${meterId}: read back ${evidence}`],
  'case.opened': ['case', ({ kind, meterPointId, reason }) => `${kind} at ${meterPointId}: ${reason}`],
};

const AT_ONCE = 200;

/** Tells each event as it is sealed; stops when told to. */
export function tellEvents(store: Store & { onCommitted(listener: () => void): () => void }, screen: Screen): () => void {
  let after = 0;
  let reading: Promise<void> = Promise.resolve();
  const tellNew = async () => {
    for (const { seq, type, data } of await store.read('events', { after, limit: AT_ONCE })) {
      after = seq;
      const [chapter, say] = TOLD[type] ?? [];
      if (chapter !== undefined && say !== undefined) screen.tell(chapter, say(data));
    }
  };
  return store.onCommitted(() => {
    reading = reading.then(tellNew);
  });
}

function namesOf(terms: unknown): string {
  return Array.isArray(terms) ? terms.map((term: { readonly name?: unknown }) => String(term.name)).join(', ') : '';
}
