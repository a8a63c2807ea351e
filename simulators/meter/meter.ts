/**
 * A virtual DL/T 645-2007 meter: a single-phase household meter with relay, four tariffs and a clock of its own. Requests
 * in, replies out; frames, lines and faults are none of its business.
 */
import { ERROR_BIT, FUNCTION, type Reply, type Request, requestFunction } from '../../protocols/dlt645/index.ts';
import type { Clock, Instant } from '../../src/kernel/clock.ts';
import type { Zone } from '../../src/kernel/local-time.ts';
import { hashText } from '../random.ts';
import { createActs } from './acts.ts';
import { createEnergyCounter, type Registers } from './energy-counter.ts';
import { createEsam, type Esam } from './esam.ts';
import { createFollowUp, type FollowUp } from './follow-up.ts';
import { createShelf, DAYS_KEPT, historyOf, SETTLEMENTS_KEPT } from './history.ts';
import { readItem } from './items.ts';
import { createLoadLog } from './load-log.ts';
import type { LoadProfile } from './load-profile.ts';
import { readLoadRecords } from './load-records.ts';
import { maintain } from './maintenance.ts';
import { createMeterClock } from './meter-clock.ts';
import { outcome, refusal } from './outcome.ts';
import { createParameters } from './parameters.ts';
import { PROFILES, type ProfileName } from './profiles.ts';
import { NEW_PURSE } from './purse.ts';
import { RELAY_RECORDS_KEPT } from './record-items.ts';
import { CLOSED, pressButton, type RelayPosition } from './relay.ts';
import { commandRelay, commandSealedRelay, type RelayRights } from './relay-command.ts';
import { freeze, hearTime, writeItem } from './settings.ts';
import { DAY_TABLE, tariffsByQuarter } from './tou.ts';
import { moveRelay, passTime, type Works } from './works.ts';

export interface MeterOptions {
  readonly clock: Clock;
  readonly zone: Zone;
  /** 12 digits. */
  readonly address: string;
  readonly profile: ProfileName;
  /** `LLPPPPPP`: level, then password. */
  readonly password: string;
  /** T1..T4 at the start, in whole hundredths of a kWh. */
  readonly tariffs: readonly number[];
  readonly load: LoadProfile;
  /** Speeds up counting; 1 is real. */
  readonly loadFactor: number;
  readonly clockOffsetMs: number;
  readonly clockDriftPpm: number;
  readonly tripDelayMinutes: number;
  /** The customer presses the button so long after an arm; undefined: only when `pressButton` is called. */
  readonly pressButtonAfterMs: number | undefined;
  /** FE bytes before each answer, as some makers send them. */
  readonly wakeUpBytes: number;
}

/** Whom a request was addressed to: this meter, whoever is there, everybody. */
export type Asked = 'own' | 'wildcard' | 'everybody';

export interface VirtualMeter {
  readonly address: string;
  readonly profile: ProfileName;
  readonly password: string;
  readonly wakeUpBytes: number;
  /** Obeys a request; undefined where a meter says nothing. `stuck`: a relay command is taken and nothing moves. */
  answer(request: Request, asked: Asked, stuck?: boolean): Reply | undefined;
  relay(): RelayPosition;
  /** In whole hundredths of a kWh: the total, then T1..T4. */
  registers(): Registers;
  /** The customer's hand. */
  pressButton(): void;
  setKeepPower(on: boolean): void;
  /** The installer's hand on the key behind the cover; from the first time on, this meter has one. */
  setProgrammingKey(pressed: boolean): void;
  setLoadFactor(factor: number): void;
}

const INSTANT_FREEZES_KEPT = 3;
const TIMED_FREEZES_KEPT = 12;
const CHANGEOVERS_KEPT = 2;
/** Two days; real meters keep 254 hours. */
const HOURLY_FREEZES_KEPT = 48;

export function createMeter(options: MeterOptions): VirtualMeter {
  const { clock, address, profile, wakeUpBytes } = options;
  const works = createWorks(options);
  const followUp = createFollowUp();
  const esam = PROFILES[profile].hasEsam ? createEsam(address, works) : undefined;
  const lookAt = (): Instant => {
    const now = clock.now();
    passTime(works, now);
    return now;
  };
  return {
    address,
    profile,
    get password() {
      return works.password;
    },
    wakeUpBytes,
    answer(request, asked, stuck = false) {
      const now = lookAt();
      if (asked === 'everybody') return obeyBroadcast(works, request, now);
      if (request.kind === 'read-address') return { kind: 'read-address', address };
      if (request.kind === 'read' || request.kind === 'read-next') return answerRead(works, followUp, request, now);
      return asked === 'wildcard' ? undefined : obey(works, request, { ...options, password: works.password, esam }, now, stuck);
    },
    relay() {
      lookAt();
      return works.relay.position;
    },
    registers() {
      lookAt();
      return works.counter.registers();
    },
    pressButton() {
      lookAt();
      moveRelay(works, pressButton(works.relay));
    },
    setKeepPower(on) {
      works.keepPower = on;
    },
    setProgrammingKey(pressed) {
      works.programming = pressed ? 'pressed' : 'locked';
    },
    setLoadFactor(factor) {
      lookAt();
      works.loadFactor = factor;
    },
  };
}

function createWorks(options: MeterOptions): Works {
  const startedAt = options.clock.now();
  const meterClock = createMeterClock({
    zone: options.zone,
    startedAt,
    offsetMs: options.clockOffsetMs,
    driftPpm: options.clockDriftPpm,
  });
  const counter = createEnergyCounter(options.tariffs);
  const tariffs = tariffsByQuarter(DAY_TABLE);
  const history = historyOf(counter.registers(), meterClock.dialAt(startedAt), options.load, tariffs);
  return {
    seed: hashText(options.address),
    clock: meterClock,
    counter,
    load: options.load,
    tariffs,
    tou: { seasons: 1, days: 1 },
    parameters: createParameters(options.address, options.tripDelayMinutes),
    freezes: {
      daily: createShelf(DAYS_KEPT, history.daily),
      instant: createShelf(INSTANT_FREEZES_KEPT),
      timed: createShelf(TIMED_FREEZES_KEPT),
      hourly: createShelf(HOURLY_FREEZES_KEPT),
      seasonSet: createShelf(CHANGEOVERS_KEPT),
      dayTableSet: createShelf(CHANGEOVERS_KEPT),
      priceSet: createShelf(CHANGEOVERS_KEPT),
      stepBlocks: createShelf(CHANGEOVERS_KEPT),
    },
    changeovers: [],
    settlements: createShelf(SETTLEMENTS_KEPT, history.settlements),
    loadLog: createLoadLog({ at: startedAt, shown: meterClock.dialAt(startedAt), total: counter.registers()[0] ?? 0 }, options.load),
    trips: createShelf(RELAY_RECORDS_KEPT),
    closings: createShelf(RELAY_RECORDS_KEPT),
    loadFactor: options.loadFactor,
    relay: CLOSED,
    alarm: false,
    keepPower: false,
    programming: 'free',
    password: options.password,
    acts: createActs(),
    purse: NEW_PURSE,
    operator: '00000000',
    freezeAt: undefined,
    lastTimeBroadcast: undefined,
    at: startedAt,
  };
}

function obeyBroadcast(works: Works, request: Request, now: Instant): undefined {
  if (request.kind === 'broadcast-time') hearTime(works, request.time, now);
  if (request.kind === 'freeze') freeze(works, request.at, now);
}

function answerRead(works: Works, followUp: FollowUp, request: ReadingRequest, now: Instant): Reply {
  if (request.kind === 'read-next') return followUp.next(request.di, request.sequence) ?? refusal(FUNCTION.readNext, ERROR_BIT.noSuchData);
  const value = readLoadRecords(works, request) ?? readItem(works, request.di, now);
  return value === undefined ? refusal(FUNCTION.read, ERROR_BIT.noSuchData) : followUp.first(request.di, value);
}

type ReadingRequest = Extract<Request, { kind: 'read' | 'read-next' }>;
type OwnRequest = Exclude<Request, ReadingRequest | { kind: 'read-address' }>;

interface Rights extends RelayRights {
  readonly esam: Esam | undefined;
}

/** What a meter does only when it is called by its own address. */
function obey(works: Works, request: OwnRequest, rights: Rights, now: Instant, stuck: boolean): Reply | undefined {
  switch (request.kind) {
    case 'relay':
      return outcome(FUNCTION.relay, commandRelay(works, request, rights, now, stuck));
    case 'sealed-relay': {
      const order = rights.esam?.open(request, now);
      if (order === undefined) return refusal(FUNCTION.relay, ERROR_BIT.password);
      return outcome(FUNCTION.relay, commandSealedRelay(works, { ...order, operator: request.operator }, rights, now, stuck));
    }
    case 'security':
      return rights.esam?.answer(request, now) ?? refusal(FUNCTION.authenticate, ERROR_BIT.other);
    case 'write':
      return outcome(FUNCTION.write, writeItem(works, request, rights, now));
    case 'freeze':
      return outcome(FUNCTION.freeze, freeze(works, request.at, now));
    case 'broadcast-time':
      hearTime(works, request.time, now);
      return undefined;
    case 'change-speed':
    case 'change-password':
    case 'clear-demand':
    case 'clear-meter':
    case 'clear-events':
    case 'multi-function-output':
      return maintain(works, request, rights, now);
    case 'write-address':
    case 'other':
      return refusal(requestFunction(request), ERROR_BIT.other);
  }
}
