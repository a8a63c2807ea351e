/**
 * Whether the meters behind a line that dials in are ours. Who knows a DTU's identity may claim its line, so after each
 * registration every meter has to say its own number before anything else is asked of it:
 *
 *   registered ──► unverified ──► a meter says its number  ──► verified, and that meter is used
 *                           └──► it says another one      ──► refused: the connection is ended, the next one begins anew
 *                           └──► it says nothing          ──► it is not used; the others are asked on their own
 *
 * What was admitted under one registration never leaves under the next: its signal aborts with the line.
 */
import type { RegisterName } from '../core/model/register.ts';
import { type Asking, type MeterFailure, shownBy } from '../core/ports/meter-gateway.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { Transport } from '../transports/transport.ts';
import type { DriverMeter, MeterDriver } from './driver.ts';

/** What a meter is asked for to prove that it is the one. */
export interface Proof {
  readonly register: RegisterName;
  /** Undefined where it has no number that could be asked for: then it is enough that it answers. */
  readonly expected: string | undefined;
}

export interface ProvingMeter {
  readonly meter: DriverMeter;
  readonly driver: MeterDriver;
  readonly proof: Proof;
}

export type BindingState = 'unverified' | 'verified' | 'refused';

/** `binding-refused`: another meter answers in its place. `binding-unproven`: it says nothing, or not who it is. */
export interface BindingAlarm {
  readonly kind: 'binding-refused' | 'binding-unproven';
  readonly meter: string;
  /** For a person. */
  readonly detail: string;
}

export interface LineBinding {
  state(): BindingState;
  /** The signal under which the meter may be used; it aborts when the registration ends. */
  admit(meter: ProvingMeter, asking: Asking): Promise<Result<AbortSignal, MeterFailure>>;
}

export interface LineBindingOptions {
  readonly transport: Pick<Transport, 'listen' | 'state'>;
  readonly onAlarm: (alarm: BindingAlarm) => void;
  /** Ends the connection: whoever has it is not whom it says. */
  readonly refuse: (reason: string) => void;
}

interface Registration {
  readonly ended: AbortController;
  readonly proven: Set<string>;
  readonly told: Set<string>;
}

export function createLineBinding({ transport, onAlarm, refuse }: LineBindingOptions): LineBinding {
  let state: BindingState = 'unverified';
  let registration = transport.state().state === 'up' ? begin() : undefined;

  function begin(): Registration {
    return { ended: new AbortController(), proven: new Set(), told: new Set() };
  }

  transport.listen({
    data: () => undefined,
    up() {
      state = 'unverified';
      registration = begin();
    },
    down() {
      registration?.ended.abort();
      registration = undefined;
      if (state === 'verified') state = 'unverified';
    },
  });

  function tellUnproven({ told }: Registration, { meter }: ProvingMeter, failure: MeterFailure): void {
    if (!isAnswerOfTheMeter(failure) || told.has(meter.id)) return;
    told.add(meter.id);
    onAlarm({ kind: 'binding-unproven', meter: meter.id, detail: failure.protocolError ?? failure.code });
  }

  return {
    state: () => state,
    async admit(proving, asking) {
      const current = registration;
      if (current === undefined) return err({ code: 'line-down', sent: false });
      const { signal } = current.ended;
      if (current.proven.has(proving.meter.id)) return ok(signal);
      const said = await askNumber(proving, { ...asking, signal: together(signal, asking.signal) });
      if (current !== registration)
        return err({ code: 'line-unverified', sent: false, protocolError: 'the DTU registered anew meanwhile' });
      if (!said.ok) {
        tellUnproven(current, proving, said.error);
        return err({ ...said.error, sent: false });
      }
      const { expected, register } = proving.proof;
      if (expected === undefined || said.value === expected) {
        current.proven.add(proving.meter.id);
        state = 'verified';
        return ok(signal);
      }
      const detail = `${register} says ${said.value}, expected ${expected}`;
      onAlarm({ kind: 'binding-refused', meter: proving.meter.id, detail });
      // First: a second connection that waits takes the line at once, and begins unverified.
      state = 'refused';
      refuse(`meter ${proving.meter.id}: ${detail}`);
      return err({ code: 'line-unverified', sent: false, protocolError: detail });
    },
  };
}

/** What the meter answers for its number, or the reason why it is none. */
async function askNumber({ meter, driver, proof }: ProvingMeter, asking: Asking): Promise<Result<string, MeterFailure>> {
  const answer = await driver.readRegisters(meter, [proof.register], asking);
  if (!answer.ok) return answer;
  const [said] = answer.value;
  const shown = said === undefined ? undefined : shownBy(said);
  const isPresent = said !== undefined && (proof.expected === undefined || shown !== undefined);
  return isPresent ? ok(shown ?? '') : err({ code: 'bad-value', sent: true, protocolError: `no value in ${proof.register}` });
}

/** Silence and refusals are the meter's; a full queue or a line that went down says nothing about it. */
const isAnswerOfTheMeter = ({ code, sent }: MeterFailure): boolean =>
  sent && (code === 'no-reply' || code === 'garbled' || code === 'meter-refused' || code === 'bad-value');

export const together = (signal: AbortSignal, other: AbortSignal | undefined): AbortSignal =>
  other === undefined ? signal : AbortSignal.any([signal, other]);
