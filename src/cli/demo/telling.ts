import type { EventRecord } from '../../core/ports/queries.ts';
import type { Store } from '../../core/ports/store.ts';
import type { Screen } from './screen.ts';

/** What of the event stream a newcomer sees. */
const TOLD: Readonly<Record<string, string>> = {
  'notice.queued': 'notice',
  'notice.delivered': 'delivered',
  'decision.trip': 'decision',
  'decision.restore': 'decision',
  'command.created': 'command',
  'command.sent': 'command',
  'command.acknowledged': 'command',
  'command.confirmed': 'command',
  'command.refused': 'command',
  'command.superseded': 'command',
  'case.opened': 'case',
};

const AT_ONCE = 200;

/** Tells each event as it is sealed; stops when told to. */
export function tellEvents(store: Store & { onCommitted(listener: () => void): () => void }, screen: Screen): () => void {
  let after = 0;
  let reading: Promise<void> = Promise.resolve();
  const tellNew = async () => {
    const events = await store.read('events', { after, limit: AT_ONCE });
    for (const event of events) {
      after = event.seq;
      const chapter = TOLD[event.type];
      if (chapter !== undefined) screen.tell(chapter, sentenceOf(event));
    }
  };
  return store.onCommitted(() => {
    reading = reading.then(tellNew);
  });
}

function sentenceOf({ type, subject, data }: EventRecord): string {
  const text = data.text ?? data.reason ?? '';
  return `${type.split('.')[1] ?? type} ${subject}${text === '' ? '' : `: ${String(text)}`}`;
}
