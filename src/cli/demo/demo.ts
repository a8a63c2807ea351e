import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Gateway, startGateway } from '../../compose/gateway.ts';
import { PROTOCOLS } from '../../compose/protocols.ts';
import { loadConfig } from '../../config/load.ts';
import { OperatorError } from '../../kernel/app-error.ts';
import { systemClock } from '../../kernel/clock.ts';
import { checkDataFolder } from '../../store/sqlite/index.ts';
import { createLogger } from '../logger.ts';
import { printJson } from '../output.ts';
import { endNow, stopSignal } from '../process-end.ts';
import { wholeNumber } from '../simulate.ts';
import { writeSimulatedConfig } from '../simulated-config.ts';
import { payThroughApi, startTownBank } from './bank.ts';
import { CONCENTRATOR, CONCENTRATOR_SEED_STEP, type DemoPlan, planDemo } from './plan.ts';
import { createScreen, type Screen } from './screen.ts';
import { playStory, type Story, warnedAccounts } from './story.ts';
import { tellEvents } from './telling.ts';
import { hasPty, type SimulatedTown, startTown } from './town.ts';

export interface DemoOptions {
  readonly once?: boolean;
  readonly json?: boolean;
  readonly meters: string;
  readonly seed: string;
  readonly listen?: string;
  readonly data?: string;
  readonly logLevel: string;
}

const LEAST_METERS = 24;
/** How many times as fast as a household's these meters count: for a machine that plays it once, and for people who watch. */
const LOAD_FACTOR = { once: 20_000, watched: 5_000 };
const POLL_EVERY_MS = 500;
const STEP_LIMIT_MS = 60_000;
const CUSTOMER_PAYS = '50.00';

/** Everything that runs while the demo does. */
interface Stage {
  readonly plan: DemoPlan;
  readonly gateway: Gateway;
  readonly dataDir: string;
  close(): Promise<void>;
}

/** Simulated meters on three kinds of line, the gateway, and the story of one customer; then it goes on until stopped. */
export async function demo(options: DemoOptions): Promise<void> {
  const meters = wholeNumber('--meters', options.meters, LEAST_METERS);
  const screen = createScreen(systemClock, (text) => (options.json === true ? process.stderr : process.stdout).write(text));
  const stopping = new AbortController();
  const stopped = stopSignal().then(() => stopping.abort());
  const stage = await setStage(options, meters, screen);
  let answer: object | undefined;
  try {
    answer = await perform(options, stage, screen, { signal: stopping.signal, stopped });
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
    // Stopped in the middle: nothing was proven.
    if (options.once === true) process.exitCode = 1;
  } finally {
    await stage.close();
  }
  if (answer !== undefined && options.json === true) printJson(answer);
}

interface Stop {
  readonly signal: AbortSignal;
  /** Resolves when the process is told to stop. */
  readonly stopped: Promise<void>;
}

async function perform(options: DemoOptions, stage: Stage, screen: Screen, { signal, stopped }: Stop): Promise<object | undefined> {
  const { gateway, plan, dataDir } = stage;
  const key = adminKeyOf(gateway);
  introduce(screen, stage, key);
  const stopTelling = tellEvents(gateway.store, screen);
  const story = await playStory({
    store: gateway.store,
    clock: systemClock,
    meters: plan.meters.length,
    limitMs: STEP_LIMIT_MS,
    pay: (accountId) => payThroughApi({ url: gateway.url, key, accountId, amount: CUSTOMER_PAYS }),
    tell: screen.tell,
    signal,
  });
  const answer = await answerOf(stage, story, key);
  if (answer.invariants.violations > 0)
    throw new OperatorError('invariant-violated', `the check of ${dataDir} found violations: run feikong check on it`);
  screen.tell(
    'check',
    `${answer.invariants.checked} invariants hold over ${answer.invariants.entries} journal entries; the journal balances`,
  );
  if (options.once !== true) await goOn(stage, key, screen, stopped);
  stopTelling();
  return answer;
}

/** After the story the town lives on: who is tripped pays after a while, and the page stays open. */
async function goOn({ gateway }: Stage, key: string, screen: Screen, stopped: Promise<void>): Promise<void> {
  screen.note(
    `\nThe town lives on: customers who are tripped pay after a while.\n  API page  ${gateway.url}/api/v1/docs\n  key       ${key}\nStop with Ctrl+C.\n`,
  );
  const bank = startTownBank({ store: gateway.store, url: gateway.url, key, clock: systemClock });
  await stopped;
  await bank.stop();
}

async function setStage(options: DemoOptions, meters: number, screen: Screen): Promise<Stage> {
  const loadFactor = options.once === true ? LOAD_FACTOR.once : LOAD_FACTOR.watched;
  const seed = wholeNumber('--seed', options.seed, 0);
  const dataDir = options.data ?? mkdtempSync(path.join(tmpdir(), 'feikong-demo-'));
  const third = Math.floor(meters / 3);
  const pty = hasPty();
  if (!pty) screen.note('This machine has no pseudo-terminals: the serial line of the demo is a second TCP line.');
  const towns: SimulatedTown[] = [];
  const close = async (gateway?: Gateway) => {
    await gateway?.close();
    await Promise.all(towns.map((town) => town.close()));
    if (options.data === undefined) rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const wired = await startTown({
      seed,
      loadFactor,
      lines: [
        { listen: 'tcp://127.0.0.1:0', meters: meters - 2 * third },
        { listen: pty ? 'pty:' : 'tcp://127.0.0.1:0', meters: third },
      ],
    });
    towns.push(wired);
    const plan = planDemo(wired, seed, third, systemClock);
    const configFile = path.join(dataDir, 'demo.yaml');
    writeSimulatedConfig(configFile, { siteName: 'Demo substation', ...plan, pollIntervalMs: POLL_EVERY_MS, loadFactor });
    const logger = createLogger(options.logLevel);
    const config = loadConfig(configFile, PROTOCOLS, { listen: options.listen ?? '127.0.0.1:0' });
    const gateway = await startGateway({
      config,
      dataDir: path.join(dataDir, 'data'),
      clock: systemClock,
      logger,
      environment: {},
      onFatal: (error) => endNow(logger, error),
    });
    towns.push(
      await startTown({
        seed: seed + CONCENTRATOR_SEED_STEP,
        loadFactor,
        lines: [{ listen: `${gateway.brokerUrl ?? ''}/${CONCENTRATOR}`, meters: third }],
      }),
    );
    return { plan, gateway, dataDir: path.join(dataDir, 'data'), close: () => close(gateway) };
  } catch (error) {
    await close();
    throw error;
  }
}

function introduce(screen: Screen, { plan, gateway }: Stage, key: string): void {
  screen.note(`Feikong demo: ${plan.meters.length} simulated meters on ${plan.lines.length} lines`);
  for (const { id, name } of plan.lines) screen.note(`  ${id}  ${name}: ${plan.meters.filter(({ line }) => line === id).length} meters`);
  screen.note('Rules of the demo: no grace, the window is always open, simulated notices count as delivered.');
  screen.note('Every term of a trip is still judged and stored with its proof. Load runs at a time-lapse.');
  screen.note(`API page ${gateway.url}/api/v1/docs with key ${key}\n`);
}

function adminKeyOf({ adminKey }: Gateway): string {
  if (adminKey === undefined)
    throw new OperatorError(
      'data-in-use',
      'the demo needs an empty data folder: its key is shown at the first start only; name another --data',
    );
  return adminKey;
}

async function answerOf({ gateway, plan, dataDir }: Stage, { hero, trip, payment, restore, paymentToConfirmedMs }: Story, key: string) {
  const check = checkDataFolder(dataDir);
  if (!check.ok) throw new OperatorError('data-unreadable', `${dataDir} could not be checked while the gateway runs`, { dataDir });
  const warned = await warnedAccounts(gateway.store, systemClock);
  const balanced = !check.value.violations.some(({ invariant }) => invariant === 'I1' || invariant === 'I4');
  return {
    meters: plan.meters.length,
    lines: plan.lines.length,
    readings: check.value.counts.readings,
    api: { url: gateway.url, key },
    customers: plan.meters.map(({ address }) => ({ accountId: `account-${address}`, meterId: `meter-${address}`, address })),
    hero: { accountId: hero.meterPoint.accountId, meterId: hero.meter.id },
    warned: warned.map(({ accountId, id }) => ({ accountId, noticeId: id })),
    trip: { commandId: trip.command.id, confirmed: true, evidence: trip.confirmed.evidence },
    payment: { id: payment.id },
    restore: { commandId: restore.command.id, confirmed: true, evidence: restore.confirmed.evidence, paymentToConfirmedMs },
    journalBalanced: balanced,
    invariants: { violations: check.value.violations.length, checked: check.value.checked.length, entries: check.value.counts.entries },
  };
}
