import { randomUUID } from 'node:crypto';
import type { Store } from '../../core/ports/store.ts';
import { AppError } from '../../kernel/app-error.ts';
import { type Clock, sleep } from '../../kernel/clock.ts';
import type { AccountId } from '../../kernel/ids.ts';

export interface ApiPayment {
  readonly url: string;
  readonly key: string;
  readonly accountId: AccountId;
  readonly amount: string;
}

/** Pays as a bank does: over HTTP, with a serial of its own. Answers the payment's id. */
export async function payThroughApi({ url, key, accountId, amount }: ApiPayment): Promise<string> {
  const serial = randomUUID();
  const response = await fetch(`${url}/api/v1/payments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'idempotency-key': serial, 'content-type': 'application/json' },
    body: JSON.stringify({ accountId, amount, channel: 'demo-bank', channelSerial: serial, channelDate: BANKING_DAY }),
  });
  const body: unknown = await response.json();
  const id = typeof body === 'object' && body !== null && 'id' in body ? body.id : undefined;
  if (response.status !== 201 || typeof id !== 'string')
    throw new AppError('internal', 'the demo could not pay', { status: response.status, body });
  return id;
}

/** The demo bank has one banking day; its serials never repeat. */
const BANKING_DAY = '2026-01-01';
const LOOK_EVERY_MS = 1000;
const PAYS_AFTER_MS = 6000;
const AMOUNT = '30.00';

/** Customers who pay some seconds after their supply ended. */
export function startTownBank({ store, url, key, clock }: { store: Store; url: string; key: string; clock: Clock }): {
  stop(): Promise<void>;
} {
  const stopping = new AbortController();
  const paid = new Set<string>();
  const look = async () => {
    const { items } = await store.read('commands', { limit: 200 });
    const due = items.filter(
      ({ id, action, cause, state, createdAt }) =>
        action === 'trip' && cause === 'money' && state === 'confirmed' && !paid.has(id) && clock.now() - createdAt > PAYS_AFTER_MS,
    );
    for (const { id, meterId } of due) {
      paid.add(id);
      const view = await store.read('meter', { meterId });
      if (view !== undefined && view.relay.reported === 'open')
        await payThroughApi({ url, key, accountId: view.meterPoint.accountId, amount: AMOUNT });
    }
  };
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await look();
      await sleep(clock, LOOK_EVERY_MS, stopping.signal);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
