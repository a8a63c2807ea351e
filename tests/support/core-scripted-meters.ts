/** Meters as hardware: a relay, a register, a load, and the faults that a test scripts. Stands behind the core's meter gateway. */
import type { RelayAction } from '../../src/core/model/command.ts';
import type { RelayState } from '../../src/core/model/meter.ts';
import { ACTIVE_POWER, CLOCK_DATE, CLOCK_TIME } from '../../src/core/model/register.ts';
import type { MeterFailure, MeterGateway } from '../../src/core/ports/meter-gateway.ts';
import { type Clock, type Instant, plusMs } from '../../src/kernel/clock.ts';
import { formatLocalTime, toLocalTime } from '../../src/kernel/local-time.ts';
import { err, ok } from '../../src/kernel/result.ts';
import { SHANGHAI } from './core-facts.ts';

/** What becomes of one relay frame. `late`: it is accepted, and done only after it was read back, whatever is asked for meanwhile. */
export type Fate = 'obeyed' | 'request-lost' | 'reply-lost' | 'refused' | 'line-down' | 'accepted-and-stuck' | 'delayed' | 'late';
/** The read-back that finds a late order done, and when it is done at the latest. */
const LATE = { looks: 3, ms: 5_000 };

export interface RelayFrame {
  readonly action: RelayAction;
  readonly at: Instant;
  readonly expiresAt: Instant;
  readonly fate: Fate;
}

export interface ScriptedMeter {
  relay: RelayState;
  /** kWh in hundredths, as the display shows them. */
  register: bigint;
  /** Watts on the load side. */
  watts: bigint;
  keepPower: boolean | undefined;
  tripDelayed: boolean;
  /** Answers nothing and hears nothing. */
  silent: boolean;
  /** How far its clock is ahead; undefined where it shows none. */
  clockAheadMs: number | undefined;
  /** Why nobody seals for it just now. */
  unready: MeterFailure | undefined;
  /** Fates of the next relay frames; obeyed where the list ends. */
  readonly fates: Fate[];
  /** Every relay frame that was written to the line. */
  readonly frames: RelayFrame[];
  /** Read-backs that were answered, with the number of frames before each. */
  readonly readBacks: { readonly afterFrames: number; readonly relay: RelayState; readonly tripDelayed?: boolean }[];
  /** The customer presses the button. */
  press(): void;
}

/** The world between the core and a meter: what happens before the meter is asked and before its answer is heard. */
export type Hop = (what: 'read' | 'readRelay' | 'operateRelay', when: 'before' | 'after') => Promise<void> | void;

const failure = (code: MeterFailure['code'], sent: boolean, protocolError?: string) =>
  err({ code, sent, ...(protocolError === undefined ? {} : { protocolError }) });

export function createScriptedMeters(clock: Clock): {
  readonly gateway: MeterGateway;
  readonly meter: ScriptedMeter;
  hop: Hop;
  replace(): void;
} {
  const meter: ScriptedMeter = {
    relay: 'closed',
    register: 10_000n,
    watts: 0n,
    keepPower: false,
    tripDelayed: false,
    silent: false,
    clockAheadMs: 0,
    unready: undefined,
    fates: [],
    frames: [],
    readBacks: [],
    press() {
      if (meter.relay === 'armed') meter.relay = 'closed';
    },
  };
  let late: { readonly action: RelayAction; readonly doneAt: Instant; looks: number }[] = [];
  const beLate = () => {
    const waiting = late;
    late = [];
    for (const order of waiting) {
      order.looks += 1;
      if (order.looks >= LATE.looks || clock.now() >= order.doneAt) obey(meter, order.action);
      else late.push(order);
    }
  };
  const scripted = {
    meter,
    hop: (() => undefined) as Hop,
    /** Another one hangs in its place, as it comes from the store: closed, and heard nothing yet. */
    replace() {
      Object.assign(meter, { relay: 'closed', watts: 0n, keepPower: false, tripDelayed: false, silent: false });
      meter.frames.length = 0;
      meter.readBacks.length = 0;
      late = [];
    },
    gateway: {
      async readRegisters(_, registers) {
        await scripted.hop('read', 'before');
        if (meter.silent) return failure('no-reply', true);
        const readAt = clock.now();
        const [date, time] = clockTexts(meter, readAt);
        const answers = registers.map((register) =>
          register === CLOCK_DATE || register === CLOCK_TIME
            ? { register, value: undefined, text: register === CLOCK_DATE ? date : time, unit: '', readAt }
            : register === ACTIVE_POWER
              ? { register, value: { unscaled: meter.watts, scale: 3 }, unit: 'kW', readAt }
              : { register, value: { unscaled: meter.register, scale: 2 }, unit: 'kWh', readAt },
        );
        await scripted.hop('read', 'after');
        return ok(answers);
      },
      async readRelay() {
        await scripted.hop('readRelay', 'before');
        if (meter.silent) return failure('no-reply', true);
        beLate();
        meter.readBacks.push({ afterFrames: meter.frames.length, relay: meter.relay, ...(meter.tripDelayed ? { tripDelayed: true } : {}) });
        const { relay, tripDelayed, keepPower } = meter;
        const report = { relay, tripDelayed, keepPower, evidence: `relay=${relay}`, readAt: clock.now() };
        await scripted.hop('readRelay', 'after');
        return ok(report);
      },
      readyForRelay: async () => (meter.unready === undefined ? ok('ready' as const) : err(meter.unready)),
      async operateRelay(_, { action, expiresAt }, { deadline }) {
        await scripted.hop('operateRelay', 'before');
        if (deadline !== undefined && deadline < clock.now()) return failure('command-expired', false);
        const fate = meter.fates.shift() ?? 'obeyed';
        if (fate === 'line-down') return failure('line-down', false);
        meter.frames.push({ action, at: clock.now(), expiresAt, fate });
        if (meter.silent || fate === 'request-lost') return failure('no-reply', true);
        if (fate === 'refused') return failure('meter-refused', true, 'not authorised');
        if (fate === 'late') late.push({ action, doneAt: plusMs(clock.now(), LATE.ms), looks: 0 });
        else suffer(meter, action, fate);
        await scripted.hop('operateRelay', 'after');
        return fate === 'reply-lost' ? failure('no-reply', true) : ok('accepted' as const);
      },
    } satisfies MeterGateway,
  };
  return scripted;
}

function suffer(meter: ScriptedMeter, action: RelayAction, fate: Fate): void {
  if (fate === 'delayed' && action === 'trip') meter.tripDelayed = true;
  else if (fate === 'obeyed' || fate === 'reply-lost' || fate === 'delayed') obey(meter, action);
}

function obey(meter: ScriptedMeter, action: RelayAction): void {
  meter.tripDelayed = false;
  if (action === 'trip') meter.relay = 'open';
  else if (action === 'close') meter.relay = 'closed';
  else if (meter.relay === 'open') meter.relay = 'armed';
  if (meter.relay !== 'closed') meter.watts = 0n;
}

/** Its date and its time, as a driver reads them. */
function clockTexts({ clockAheadMs }: ScriptedMeter, now: Instant): readonly string[] {
  return clockAheadMs === undefined ? [] : formatLocalTime(toLocalTime(plusMs(now, clockAheadMs), SHANGHAI)).split('T');
}
