/** The API over the real core and a real store in memory, with a key for every scope. */
import type { InjectOptions } from 'fastify';
import { buildApi } from '../../src/api/build.ts';
import { createKey } from '../../src/api/keys.ts';
import type { LineView } from '../../src/api/lines.ts';
import { createMetrics } from '../../src/api/metrics.ts';
import { createFileImport } from '../../src/compose/archive-import.ts';
import type { Scope } from '../../src/core/model/api-key.ts';
import { createArchiveBook } from '../../src/core/services/archive-book.ts';
import { createCaseService } from '../../src/core/services/cases.ts';
import { createCollections } from '../../src/core/services/collections.ts';
import { createLineScans } from '../../src/core/services/line-scans.ts';
import { createOnDemandReads } from '../../src/core/services/on-demand-reads.ts';
import { createLineScanner } from '../../src/drivers/scan/line-scanner.ts';
import { type Instant, systemClock } from '../../src/kernel/clock.ts';
import { asId } from '../../src/kernel/ids.ts';
import { silentLogger } from '../../src/kernel/logger.ts';
import { createSealer } from '../../src/sealers/aes-sealer.ts';
import { openSqliteStore } from '../../src/store/sqlite/index.ts';
import { createBus } from '../../src/transports/bus/bus.ts';
import { createMemoryLine, FAST_PORT } from '../unit/transports/memory-line.ts';
import { SEAL_KEY } from './archive-facts.ts';
import { createCountingIds, EVENING, SHANGHAI } from './core-facts.ts';
import { createWorld, type WorldOptions } from './core-world.ts';
import { createManualClock } from './manual-clock.ts';
import { metersOnOneLine } from './meters-on-one-line.ts';

export interface ApiWorldOptions extends Omit<WorldOptions, 'ground'> {
  readonly requestsPerMinute?: number;
}

const LINE: LineView = {
  id: asId('line-1'),
  name: 'Riser 1',
  binding: undefined,
  plan: { share: 0.56789, arithmetic: '3 meters need 57 % of it (189 ms a poll at 9600 bit/s)' },
  transport: { state: 'up', since: EVENING },
  occupancy: 0.123456,
  queueLength: 2,
  waiting: { restore: 0, trip: 1, 'on-demand': 1, scheduled: 0, 'back-fill': 0, probe: 0 },
  meters: [{ meter: '000000000001', state: 'answering', failures: 0, lastHeardAt: EVENING }],
  counters: { framesSent: 9, framesAccepted: 8, framesRefused: 1, lateReplies: 0, noiseBytes: 3, timeouts: 1, repeats: 1 },
};

export type ApiWorld = Awaited<ReturnType<typeof createApiWorld>>;

export async function createApiWorld({ requestsPerMinute = 100_000, ...options }: ApiWorldOptions = {}) {
  const clock = createManualClock(EVENING);
  const store = await openSqliteStore({ dataDir: 'none', inMemory: true, clock });
  let lastSeq = 0;
  store.onCommitted((seq) => {
    lastSeq = seq;
  });
  const world = await createWorld({ ...options, ground: { store, clock, newId: createCountingIds(), lastSeq: () => lastSeq } });
  const { payments, holds, commands, recharges, meters } = world;
  const newId = createCountingIds();
  const reads = createOnDemandReads({ gateway: meters.gateway, clock, newId, logger: silentLogger });
  // A line with a meter and a Modbus unit, which nobody polls.
  const wire = createMemoryLine(clock);
  const end = metersOnOneLine({ clock, of2007: ['000012345678'], units: [7] }).connect((bytes) => wire.hear(bytes));
  wire.onWrite = (bytes) => end.hear(bytes);
  const bus = createBus({ transport: wire.transport, clock });
  const scanned = { bus, port: FAST_PORT, protocols: ['dlt645-2007', 'dlt645-1997', 'modbus-rtu'], polledUnits: new Set([9]) } as const;
  const scans = createLineScans({ scanner: createLineScanner(new Map([[LINE.id, scanned]])), store, clock, newId, logger: silentLogger });
  const sealer = createSealer(SEAL_KEY);
  const metrics = createMetrics();
  const app = await buildApi({
    store,
    payments,
    holds,
    commands,
    recharges,
    reads,
    scans,
    cases: createCaseService({ store, clock }),
    marks: world.marks,
    supplyChanges: world.supplyChanges,
    installations: world.installations,
    readingEntry: world.readingEntry,
    reversals: world.reversals,
    credit: world.credit,
    collections: createCollections({ store, clock, zone: SHANGHAI }),
    archive: createArchiveBook({ store, sealer, clock, isTariff: (id) => id !== 'nowhere' }),
    importArchive: createFileImport({
      config: { zone: SHANGHAI, archiveColumns: {} },
      store,
      sealer,
      clock: { ...clock, after: systemClock.after },
    }),
    metrics,
    clock,
    lines: () => [LINE],
    logger: silentLogger,
    version: '0.0.0-test',
    config: { requestsPerMinute },
  });

  let keys = 0;
  const keyUntil = async (expiresAt: Instant | undefined, ...scopes: readonly Scope[]): Promise<string> => {
    keys += 1;
    const random = (length: number) => new Uint8Array(length).fill(keys);
    const { plain, apiKey } = createKey({
      name: `key ${keys}: ${scopes.join(' ')}`,
      scopes,
      createdAt: clock.now(),
      expiresAt,
      newId,
      random,
    });
    await store.commit({ facts: [{ kind: 'apiKey', apiKey }] });
    return plain;
  };
  const keyWith = (...scopes: readonly Scope[]): Promise<string> => keyUntil(undefined, ...scopes);
  const admin = await keyWith('admin');
  const send = (request: InjectOptions, key: string | undefined = admin) =>
    app.inject({ ...request, headers: { ...request.headers, ...(key === '' ? {} : { authorization: `Bearer ${key}` }) } });

  return {
    ...world,
    app,
    admin,
    metrics,
    reads,
    wire,
    keyWith,
    keyUntil,
    /** As the administrator, unless a key is named; an empty one sends none. */
    send,
    get: (url: string, key?: string) => send({ method: 'GET', url }, key),
    post: (url: string, body: object | undefined, headers: Record<string, string> = {}, key?: string) =>
      send({ method: 'POST', url, headers, ...(body === undefined ? {} : { payload: body }) }, key),
    async close() {
      await app.close();
      await reads.stop();
      bus.close();
      await scans.stop();
      await store.close();
    },
  };
}
