/** Picks the concrete things and joins them: the whole gateway of one substation in one process. */
import { randomBytes } from 'node:crypto';
import { buildApi } from '../api/build.ts';
import { createKey } from '../api/keys.ts';
import { createMetrics, type Metrics } from '../api/metrics.ts';
import type { Config } from '../config/load.ts';
import { PUSHED } from '../config/meter-protocol.ts';
import type { PricePlan } from '../core/model/price-plan.ts';
import type { Signer } from '../core/ports/signer.ts';
import { createArchiveBook } from '../core/services/archive-book.ts';
import { postOpenings, storeArchive } from '../core/services/archive-service.ts';
import { createCaseService } from '../core/services/cases.ts';
import { createChargeService } from '../core/services/charge-service.ts';
import { createCollections } from '../core/services/collections.ts';
import { createCommandRunner } from '../core/services/command-runner.ts';
import { createCommandService } from '../core/services/command-service.ts';
import { createCreditService } from '../core/services/credit-service.ts';
import { createDecisions } from '../core/services/decisions.ts';
import { createFreezeReader } from '../core/services/frozen-registers.ts';
import { createHoldService } from '../core/services/hold-service.ts';
import { createLateFeeService } from '../core/services/late-fee-service.ts';
import { createLineScans } from '../core/services/line-scans.ts';
import { createMarkService } from '../core/services/mark-service.ts';
import { createMeterInstallations } from '../core/services/meter-installations.ts';
import { createMeteringService } from '../core/services/metering-service.ts';
import { createNoticeService } from '../core/services/notice-service.ts';
import { createOnDemandReads } from '../core/services/on-demand-reads.ts';
import { createPaymentService } from '../core/services/payment-service.ts';
import { createReadingEntry } from '../core/services/reading-entry.ts';
import { createRechargeRunner } from '../core/services/recharge-runner.ts';
import { createRechargeService } from '../core/services/recharge-service.ts';
import { createReversalService } from '../core/services/reversal-service.ts';
import { createSettlementService } from '../core/services/settlement-service.ts';
import { createSituations } from '../core/services/situations.ts';
import { createSupplyChanges } from '../core/services/supply-changes.ts';
import { storeTariffs } from '../core/services/tariff-book.ts';
import { createMeterGateway } from '../drivers/meter-gateway.ts';
import { createPurseGateway } from '../drivers/purse-gateway.ts';
import { createLineScanner } from '../drivers/scan/line-scanner.ts';
import { startClockWatch } from '../jobs/clock-watch.ts';
import { startCommandFiguresJob } from '../jobs/command-figures-job.ts';
import { startCommandJob } from '../jobs/command-job.ts';
import { startDayEndJob } from '../jobs/day-end-job.ts';
import { createEnvelopeIntake, type EnvelopeIntake } from '../jobs/envelope-intake.ts';
import { startExpiryJob } from '../jobs/expiry-job.ts';
import type { RunningLoop } from '../jobs/loop.ts';
import { startNoticeJob } from '../jobs/notice-job.ts';
import { startPollJob } from '../jobs/poll-job.ts';
import { startSettlementJob } from '../jobs/settlement-job.ts';
import { OperatorError } from '../kernel/app-error.ts';
import type { Clock } from '../kernel/clock.ts';
import { createNewId, type NewId } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import { noNotifier } from '../notifiers/none.ts';
import { simulatedNotifier } from '../notifiers/simulated.ts';
import { createSealer } from '../sealers/aes-sealer.ts';
import { openSqliteStore, type SqliteStore } from '../store/sqlite/index.ts';
import { createFileImport } from './archive-import.ts';
import { createLineAlarms } from './line-alarms.ts';
import { planLines, refuseOverfullLines } from './line-plan.ts';
import { type Lines, openLines } from './lines.ts';
import type { TakeEnvelope } from './mqtt.ts';
import { connectMeters, pushedMeters, termsOfPoints } from './points.ts';
import { scannableLines } from './scannable-lines.ts';
import { createSigner } from './signer.ts';
import { readTls } from './tls-files.ts';
import { version } from './version.ts';

export interface Gateway {
  readonly url: string;
  /** Of the first start only, and shown this once. */
  readonly adminKey: string | undefined;
  /** The broker inside this process, where there is one. */
  readonly brokerUrl: string | undefined;
  readonly store: SqliteStore;
  /** Ends every job, answers what is under way, and gives lines and data folder back. */
  close(): Promise<void>;
}

export interface GatewayOptions {
  readonly config: Config;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The store can no longer promise anything: the process must end. */
  readonly onFatal: (error: unknown) => void;
}

/** Starts everything; what was opened is given back where a later part cannot start. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const opened: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of opened.splice(0).reverse()) await end();
  };
  try {
    return await open(options, (end) => opened.push(end), close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(options: GatewayOptions, closeLater: (end: () => Promise<void>) => void, close: () => Promise<void>): Promise<Gateway> {
  const { config, dataDir, clock, logger, onFatal } = options;
  const plans = planLines(config);
  refuseOverfullLines(plans);
  const signer = createSigner(options);
  const sealer = createSealer(options.environment.FEIKONG_SEAL_KEY);
  const newId = createNewId(() => clock.now(), randomBytes);
  const store = await openSqliteStore({ dataDir, clock, logger, onFatal });
  closeLater(() => store.close());
  const metrics = createMetrics();
  // Lines are there before the core that takes what comes over them: until then nothing is acknowledged.
  let intake: EnvelopeIntake | undefined;
  const takeEnvelope: TakeEnvelope = async (concentrator, payload) => (await intake?.take(concentrator, payload)) ?? false;
  const lines = await openLines({
    ...options,
    takeEnvelope,
    countDtuEvent: metrics.countDtuEvent,
    raiseAlarm: createLineAlarms({ store, clock, logger }),
  });
  closeLater(() => lines.close());
  const disagreements = await storeArchive(store, config.points, clock.now());
  if (disagreements.length > 0)
    logger.warn(
      { count: disagreements.length, first: disagreements.slice(0, 20) },
      'the archive says other than the configuration, and holds',
    );
  const tariffs = await storeTariffs(store, config.tariffs.values(), clock.now());
  const core = createCore({ config, store, lines, plans: tariffs, signer, clock, newId, logger });
  await postOpenings(core.payments, config.points);

  const app = await buildApi({
    store,
    clock,
    logger,
    version,
    metrics,
    payments: core.payments,
    holds: core.holds,
    reversals: core.reversals,
    credit: core.credit,
    commands: core.commands,
    recharges: core.recharges,
    reads: core.reads,
    scans: core.scans,
    cases: core.cases,
    marks: core.marks,
    archive: createArchiveBook({ store, sealer, clock, isTariff: (id) => config.tariffs.has(id) }),
    supplyChanges: core.supplyChanges,
    installations: core.installations,
    readingEntry: core.readingEntry,
    collections: createCollections({ store, clock, zone: config.zone }),
    importArchive: createFileImport({ config, store, sealer, clock }),
    lines: () =>
      [...lines.byId.values()].map(({ id, name, bus, binding }) => ({
        id,
        name,
        binding: binding?.state(),
        plan: plans.get(id),
        ...bus.health(),
      })),
    config: { requestsPerMinute: config.requestsPerMinute, tls: readTls(config.tls, 'api.tls') },
  });
  const url = await listen(app, config);
  const jobs = await startJobs(core, { config, store, clock, logger, metrics });
  const taking = createEnvelopeIntake({
    meters: pushedMeters(config),
    metering: core.metering,
    clock,
    logger,
    onEnvelope: metrics.countEnvelope,
  });
  intake = taking;
  closeLater(async () => {
    await app.close();
    await Promise.all([taking.stop(), core.reads.stop(), core.scans.stop(), ...jobs.map((job) => job.stop())]);
  });
  // Last: a start that failed has made no key that nobody saw.
  const adminKey = await firstKey(store, clock, newId);
  return { url, adminKey, brokerUrl: lines.embeddedBroker?.url, store, close };
}

interface CoreParts {
  readonly config: Config;
  readonly store: SqliteStore;
  readonly lines: Lines;
  readonly plans: ReadonlyMap<string, PricePlan>;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly logger: Logger;
}

function createCore({ config, store, lines, plans, signer, clock, newId, logger }: CoreParts) {
  const { dueDays, waitMinutes } = config.settlement;
  const meters = connectMeters(config, lines, clock, signer);
  const gateway = createMeterGateway(meters);
  const purses = createPurseGateway(meters);
  const situations = createSituations({ store, clock, points: termsOfPoints(config, lines, plans) });
  const decisions = createDecisions({ store, situations, newId, logger });
  const metering = createMeteringService({ store, situations, decisions, clock, newId, logger });
  return {
    gateway,
    payments: createPaymentService({ store, situations, decisions, clock, newId }),
    holds: createHoldService({ store, situations, decisions, clock, newId }),
    reversals: createReversalService({ store, situations, decisions, clock, newId }),
    credit: createCreditService({ store, situations, decisions, clock, newId }),
    commands: createCommandService({ store, situations, clock, newId }),
    metering,
    settlement: createSettlementService({
      store,
      situations,
      decisions,
      clock,
      newId,
      dueDays,
      waitMs: waitMinutes * 60_000,
      freeze: createFreezeReader({ gateway, situations, metering, clock, logger }),
    }),
    runner: createCommandRunner({ store, situations, gateway, clock, newId, logger }),
    recharges: createRechargeService({ store, situations, purses, clock, newId }),
    rechargeRunner: createRechargeRunner({ store, situations, purses, clock, newId, logger }),
    lateFees: createLateFeeService({ store, clock, newId, zone: config.zone, rates: config.lateFeeRates }),
    charges: createChargeService({ store, situations, clock, newId }),
    installations: createMeterInstallations({ store, clock }),
    readingEntry: createReadingEntry({ store, situations, decisions, clock, newId }),
    supplyChanges: createSupplyChanges({ store, situations, clock, newId, dueDays }),
    notices: createNoticeService({ store, clock, notifier: config.notifier === 'simulated' ? simulatedNotifier : noNotifier }),
    cases: createCaseService({ store, clock }),
    marks: createMarkService({ store, situations, decisions, clock }),
    reads: createOnDemandReads({ gateway, clock, newId, logger }),
    scans: createLineScans({ scanner: createLineScanner(scannableLines(config, lines)), store, clock, newId, logger }),
  };
}

interface JobParts {
  readonly config: Config;
  readonly store: SqliteStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

async function startJobs(
  core: ReturnType<typeof createCore>,
  { config, store, clock, logger, metrics }: JobParts,
): Promise<readonly RunningLoop[]> {
  const polled = config.points.filter(({ meter }) => meter.protocol !== PUSHED);
  const meters = polled.map(({ meter, pollIntervalMs }) => ({
    meterId: meter.id,
    meterPointId: meter.meterPointId,
    intervalMs: pollIntervalMs,
  }));
  const lineOf = new Map(config.points.map(({ meter }) => [meter.id, meter.lineId]));
  const clockWatch = await startClockWatch({ store, clock, logger, onDrift: metrics.setClockDrift });
  const figures = await startCommandFiguresJob({
    store,
    clock,
    logger,
    onEnded(command, seconds) {
      metrics.countCommand(command.action, command.state);
      if (command.state === 'confirmed') metrics.observeRelay(command.action, seconds);
    },
  });
  const commands = startCommandJob({ store, runner: core.runner, rechargeRunner: core.rechargeRunner, clock, logger });
  const notices = startNoticeJob({ notices: core.notices, clock, logger });
  const unwatch = store.onCommitted(() => {
    commands.wake();
    notices.wake();
  });
  const polls = startPollJob({
    meters,
    gateway: core.gateway,
    metering: core.metering,
    clock,
    logger,
    onPolled: (meterId, outcome, ms) => metrics.countRead(lineOf.get(meterId) ?? '', outcome === 'ok' ? 'good' : outcome, ms / 1000),
  });
  const watch: RunningLoop = { wake: () => undefined, stop: async () => unwatch() };
  const dayEnd = startDayEndJob({ charges: core.charges, lateFees: core.lateFees, clock, logger });
  const settlement = startSettlementJob({ settlement: core.settlement, clock, logger });
  const expiry = startExpiryJob({ holds: core.holds, reversals: core.reversals, clock, logger });
  return [watch, polls, commands, notices, figures, dayEnd, settlement, expiry, clockWatch];
}

/** The first start makes an administrator's key; afterwards `feikong key create` makes more. */
async function firstKey(store: SqliteStore, clock: Clock, newId: NewId): Promise<string | undefined> {
  if ((await store.read('apiKeys', {})).length > 0) return undefined;
  const order = { name: 'administrator', scopes: ['admin'], createdAt: clock.now(), expiresAt: undefined } as const;
  const { plain, apiKey } = createKey({ ...order, newId, random: randomBytes });
  await store.commit({ facts: [{ kind: 'apiKey', apiKey }] });
  return plain;
}

async function listen(app: Awaited<ReturnType<typeof buildApi>>, { listen: { host, port } }: Config): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    const why = taken
      ? 'is taken; stop the other program or choose another address'
      : 'cannot be listened on; choose an address of this machine';
    throw new OperatorError(taken ? 'port-in-use' : 'config-invalid', `${host}:${port} ${why}`, { host, port }, error);
  }
}
