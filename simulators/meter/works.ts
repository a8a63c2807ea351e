/**
 * The works inside one meter, and time passing over them. Nothing ticks: whoever looks at a meter first lets the time pass
 * that has gone by since the last look, quarter hour by quarter hour of the meter's own clock.
 */
import type { FreezeMoment } from '../../protocols/dlt645/index.ts';
import { readBcd } from '../../protocols/shared/bcd.ts';
import { type Instant, plusMs } from '../../src/kernel/clock.ts';
import type { Acts } from './acts.ts';
import { type Changeover, type ChangeoverKind, changeOver } from './changeovers.ts';
import { DAY_MS, type Dial, dialAt, HOUR_MS, localTimeOf, MINUTE_MS, midnightOf, QUARTER_MS, quarterOf } from './dial.ts';
import type { EnergyCounter, Registers } from './energy-counter.ts';
import type { Frozen, Shelf } from './history.ts';
import type { LoadLog } from './load-log.ts';
import type { LoadProfile } from './load-profile.ts';
import type { MeterClock } from './meter-clock.ts';
import { type Parameters, SETTLEMENT_DAY_DI } from './parameters.ts';
import type { Purse } from './purse.ts';
import { type RelayState, settle } from './relay.ts';
import { type TouSets, tariffsOn } from './tou-tables.ts';

/** What makes a meter freeze its registers. */
export type FreezeOccasion = 'timed' | 'instant' | 'hourly' | 'daily' | ChangeoverKind;

/** What a meter notes when its relay moves. */
export interface RelayRecord {
  readonly shown: Dial;
  /** 8 digits, of the command that moved it. */
  readonly operator: string;
  readonly registers: Registers;
}

export interface Works {
  /** Of the noise on the mains. */
  readonly seed: number;
  readonly clock: MeterClock;
  readonly counter: EnergyCounter;
  readonly load: LoadProfile;
  /** Of each quarter hour of this day. */
  tariffs: Uint8Array;
  /** Which sets of tables count. */
  tou: TouSets;
  readonly parameters: Parameters;
  readonly freezes: Readonly<Record<FreezeOccasion, Shelf<Frozen>>>;
  /** When the sets of tables and prices change over, as they were written. */
  changeovers: readonly Changeover[];
  readonly settlements: Shelf<Frozen>;
  readonly loadLog: LoadLog;
  readonly trips: Shelf<RelayRecord>;
  readonly closings: Shelf<RelayRecord>;
  /** Energy is counted so many times as fast as the load draws it. */
  loadFactor: number;
  relay: RelayState;
  alarm: boolean;
  keepPower: boolean;
  /** The key behind the cover that lets a password program: a meter without one, one not pressed, one pressed. */
  programming: 'free' | 'locked' | 'pressed';
  /** `LLPPPPPP`. */
  password: string;
  readonly acts: Acts;
  /** Filled only where there is an ESAM. */
  purse: Purse;
  /** Of the last relay command. */
  operator: string;
  freezeAt: FreezeMoment | undefined;
  lastTimeBroadcast: Dial | undefined;
  /** Up to when time has passed. */
  at: Instant;
}

export function passTime(works: Works, now: Instant): void {
  if (now < works.at) works.at = now; // wall time stepped back: nothing was used meanwhile
  while (works.at < now) passStep(works, now);
}

function passStep(works: Works, now: Instant): void {
  const shown = works.clock.dialAt(works.at);
  const isToTheMinute = works.freezeAt !== undefined || works.changeovers.some(({ at }) => at > shown);
  const boundary = isToTheMinute ? MINUTE_MS : QUARTER_MS;
  const untilDue = works.relay.due === undefined ? now - works.at : Math.max(works.relay.due.at - works.at, 0);
  const step = Math.max(1, Math.min(now - works.at, boundary - (shown % boundary), untilDue));
  const quarter = quarterOf(shown);
  works.counter.add(wattsNow(works, shown) * step * works.loadFactor, works.tariffs[quarter] ?? 1);
  works.at = plusMs(works.at, step);
  moveRelay(works, settle(works.relay, works.at));
  const reached = works.clock.dialAt(works.at);
  if (Math.floor(reached / boundary) !== Math.floor(shown / boundary)) reachBoundary(works, shown, reached);
}

/** Watts through the relay at this moment. */
export function wattsNow(works: Works, shown: Dial): number {
  return works.relay.position === 'closed' ? (works.load[quarterOf(shown)] ?? 0) : 0;
}

/** Takes over a new relay state; a move of the contact itself is put on record. */
export function moveRelay(works: Works, next: RelayState): void {
  const was = works.relay.position;
  works.relay = next;
  const record = (): RelayRecord => ({
    shown: works.clock.dialAt(works.at),
    operator: works.operator,
    registers: works.counter.registers(),
  });
  if (was === 'closed' && next.position !== 'closed') works.trips.put(record());
  if (was !== 'closed' && next.position === 'closed') works.closings.put(record());
}

function reachBoundary(works: Works, from: Dial, to: Dial): void {
  const frozenAt = (shown: Dial): Frozen => ({ shown, registers: works.counter.registers() });
  if (Math.floor(to / DAY_MS) > Math.floor(from / DAY_MS)) {
    works.freezes.daily.put(frozenAt(midnightOf(to)));
    works.tariffs = tariffsOn(works.parameters, works.tou, to);
  }
  const quarter = dialAt(Math.floor(to / QUARTER_MS) * QUARTER_MS);
  if (quarter > from)
    works.loadLog.put({ at: works.at, shown: quarter, watts: wattsNow(works, quarter), total: works.counter.registers()[0] ?? 0 });
  const hour = dialAt(Math.floor(to / HOUR_MS) * HOUR_MS);
  if (hour > from) works.freezes.hourly.put(frozenAt(hour));
  if (hour > from && isSettlement(works, hour)) works.settlements.put(frozenAt(hour));
  for (const { kind, at } of works.changeovers.filter((one) => one.at > from && one.at <= to)) {
    works.freezes[kind].put(frozenAt(at));
    works.tou = changeOver(works.parameters, works.tou, kind);
    works.tariffs = tariffsOn(works.parameters, works.tou, to);
  }
  if (works.freezeAt !== undefined && fits(works.freezeAt, to)) {
    works.freezes.timed.put(frozenAt(dialAt(Math.floor(to / MINUTE_MS) * MINUTE_MS)));
  }
}

function isSettlement(works: Works, shown: Dial): boolean {
  const dayAndHour = works.parameters.get(SETTLEMENT_DAY_DI);
  const { day, hour } = localTimeOf(shown);
  return dayAndHour !== undefined && readBcd(dayAndHour, 0, 2) === day * 100 + hour;
}

function fits(pattern: FreezeMoment, shown: Dial): boolean {
  const { month, day, hour, minute } = localTimeOf(shown);
  const open = (wanted: number | null, found: number) => wanted === null || wanted === found;
  return open(pattern.month, month) && open(pattern.day, day) && open(pattern.hour, hour) && open(pattern.minute, minute);
}
