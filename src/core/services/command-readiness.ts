import type { Instant } from '../../kernel/clock.ts';
import { fromLocalTime, type LocalTime, minuteOfDay, parseLocalTime, type Zone } from '../../kernel/local-time.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { clockForbids } from '../feecontrol/meter-clock.ts';
import type { Command } from '../model/command.ts';
import { CLOCK_DATE, CLOCK_TIME } from '../model/register.ts';
import { type MeterFailure, shownBy } from '../ports/meter-gateway.ts';
import { type CommandRunnerDeps, priorityOf } from './command-moves.ts';
import { wordsOf } from './meter-failures.ts';

/** Why a frame could not leave now, though all its terms hold; undefined where it could. The command is held for it, not failed. */
export async function whyUnready(deps: CommandRunnerDeps, command: Command): Promise<string | undefined> {
  const ready = await deps.gateway.readyForRelay(command.meterId);
  // What can never be done is told by the meter's refusal, not by waiting.
  if (!ready.ok && ready.error.code !== 'unsupported-action') return wordsOf(ready.error);
  return whyClockForbids(deps, command);
}

/** Asks the meter for its clock where the rule set wants it asked. */
async function whyClockForbids(deps: CommandRunnerDeps, command: Command): Promise<string | undefined> {
  const { rules, zone } = deps.situations.termsOf(command.meterPointId);
  if (rules.relayClockBoundMs === undefined) return undefined;
  const clock = await readMeterClock(deps, command, zone);
  if (clock.ok) return clockForbids(command, clock.value.shown, clock.value.readAt, rules);
  // A meter without these registers puts no deadline into its frames; and a restore does not wait for a doubt.
  if (clock.error.code === 'unsupported-register' || command.action !== 'trip') return undefined;
  return `the meter's clock could not be read: ${wordsOf(clock.error)}`;
}

interface MeterClock {
  readonly shown: Instant;
  readonly readAt: Instant;
}

/** Date and time are two registers: a midnight between them would be a day's error, so a date that may be yesterday's is read again. */
async function readMeterClock(deps: CommandRunnerDeps, command: Command, zone: Zone): Promise<Result<MeterClock, MeterFailure>> {
  const first = await readTexts(deps, command, [CLOCK_DATE, CLOCK_TIME]);
  if (!first.ok) return first;
  const { texts, readAt } = first.value;
  const [date = '', time = ''] = texts;
  const early = localTimeOf(date, time);
  if (early === undefined) return err({ code: 'bad-value', sent: true, protocolError: 'it shows no date and time' });
  if (minuteOfDay(early) > 0) return ok({ shown: fromLocalTime(early, zone), readAt });
  const again = await readTexts(deps, command, [CLOCK_DATE]);
  if (!again.ok) return again;
  const late = localTimeOf(again.value.texts[0] ?? '', time) ?? early;
  return ok({ shown: fromLocalTime(late, zone), readAt });
}

async function readTexts({ gateway }: CommandRunnerDeps, command: Command, registers: readonly (typeof CLOCK_DATE)[]) {
  const answer = await gateway.readRegisters(command.meterId, registers, { priority: priorityOf(command) });
  if (!answer.ok) return answer;
  const texts = registers.map((register) => {
    const shown = answer.value.find((one) => one.register === register);
    return shown && shownBy(shown);
  });
  const readAt = answer.value.at(-1)?.readAt;
  if (readAt === undefined) return err<MeterFailure>({ code: 'bad-value', sent: true });
  return ok({ texts, readAt });
}

const localTimeOf = (date: string, time: string): LocalTime | undefined => parseLocalTime(`${date}T${time}`);
