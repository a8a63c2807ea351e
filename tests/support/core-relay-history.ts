/** A model of one relay beside the core: told of each batch that is committed, it looks at the frames too and says what may not be. */
import { type Command, type CommandMove, FINAL_STATES } from '../../src/core/model/command.ts';
import type { Decision } from '../../src/core/model/decision.ts';
import type { Fact } from '../../src/core/model/fact.ts';
import { isCustomer } from '../../src/core/model/journal.ts';
import type { MarkKind } from '../../src/core/model/mark.ts';
import type { RelayState } from '../../src/core/model/meter.ts';
import type { MeterPointFacts } from '../../src/core/ports/queries.ts';
import type { Instant } from '../../src/kernel/clock.ts';
import type { MeterId } from '../../src/kernel/ids.ts';
import { formatMoney, money } from '../../src/kernel/units.ts';
import type { ScriptedMeter } from './core-scripted-meters.ts';

export interface RelayHistory {
  /** Broken promises, in the order in which they were broken. */
  readonly wrong: readonly string[];
  /** When the newest report was made that was ever committed of the meter that hangs there. */
  newestReport(): Instant | undefined;
  /** A batch was committed. */
  tell(facts: readonly Fact[]): void;
  /** Another meter hangs there from now on. */
  replaceMeter(id: MeterId): void;
}

/** What is believed of the place, told by the facts alone. */
interface Place {
  balance: bigint;
  accrued: bigint;
  readonly marks: Set<MarkKind>;
  meterId: MeterId;
  desired: 'open' | 'closed' | undefined;
  believed: RelayState;
  reportedAt: Instant | undefined;
}

interface Known extends Command {
  /** Answered read-backs of the meter before its newest `sent`. */
  readonly readBefore: number;
  /** Its newest frame, among those of the meter; and whether it left since the newest `sent`. */
  readonly frame: { readonly index: number; readonly isNew: boolean } | undefined;
}

type ReadBack = ScriptedMeter['readBacks'][number];

/** @param meter what hangs there when it is asked */
export function createRelayHistory(start: MeterPointFacts, meter: () => ScriptedMeter): RelayHistory {
  const wrong: string[] = [];
  const commands = new Map<Command['id'], Known>();
  let lastEnded: Command | undefined;
  let framesSeen = meter().frames.length;
  const place = placeOf(start);
  for (const open of start.openCommands)
    commands.set(open.id, { ...open, readBefore: meter().readBacks.length, frame: { index: framesSeen - 1, isNew: true } });

  /** Each frame belongs to the command that was committed as sent, and to each `sent` belongs one frame at most. */
  const watchFrames = () => {
    const { frames } = meter();
    for (; framesSeen < frames.length; framesSeen++) {
      const action = frames[framesSeen]?.action;
      const sent = [...commands.values()].findLast((command) => command.state === 'sent' && command.action === action);
      if (sent === undefined) wrong.push(`a frame ${action} left and no command was sent`);
      else if (sent.frame?.isNew === true) wrong.push(`${nameOf(sent)} sent two frames`);
      else commands.set(sent.id, { ...sent, frame: { index: framesSeen, isNew: true } });
    }
  };

  const begin = (command: Command, file: Decision | undefined) => {
    commands.set(command.id, { ...command, readBefore: 0, frame: undefined });
    // What a person asks for may be unknown yet; it must be known when it is sent.
    if (command.cause === 'money' && !isComplete(file)) wrong.push(`${nameOf(command)} was decided without its file`);
    wrong.push(...whyNot(place, command).map((what) => `${nameOf(command)} was asked for ${what}`));
  };

  const send = (known: Known, file: Decision | undefined): Known => {
    const { frame } = known;
    const { readBacks } = meter();
    if (!isComplete(file)) wrong.push(`${nameOf(known)} was sent without its file`);
    wrong.push(...whyNot(place, known).map((what) => `${nameOf(known)} was sent ${what}`));
    if (frame !== undefined && !readBacks.some((report) => report.afterFrames > frame.index && isUnmoved(known, report)))
      wrong.push(`${nameOf(known)} was sent again without a read-back`);
    return { ...known, readBefore: readBacks.length, frame: frame && { ...frame, isNew: false } };
  };

  const move = ({ commandId, from, to }: CommandMove, file: Decision | undefined) => {
    const known = commands.get(commandId);
    if (known === undefined) return;
    if (known.state !== from) wrong.push(`${nameOf(known)} is ${known.state} and moved from ${from}`);
    if (
      to === 'confirmed' &&
      !meter()
        .readBacks.slice(known.readBefore)
        .some(({ relay }) => relay === targetOf(known))
    )
      wrong.push(`${nameOf(known)} is confirmed and was not read as ${targetOf(known)}`);
    const moved = { ...(to === 'sent' ? send(known, file) : known), state: to };
    commands.set(commandId, moved);
    if (hasEnded(moved)) lastEnded = moved;
  };

  /** What the newest act wants of the relay; where several are under way and the newest is over, whoever ends last says it. */
  const wanted = (): 'open' | 'closed' | undefined => {
    const newest = [...commands.values()].at(-1);
    if (newest !== undefined && !hasEnded(newest)) return targetOf(newest);
    return [...commands.values()].every(hasEnded) && lastEnded !== undefined ? leftBehind(lastEnded, place.believed) : undefined;
  };

  const watchDesired = (facts: readonly Fact[]) => {
    const isTurn = facts.some((fact) => {
      const id = fact.kind === 'command' ? fact.command.id : fact.kind === 'commandMove' ? fact.move.commandId : undefined;
      const command = id === undefined ? undefined : commands.get(id);
      return command !== undefined && command.meterId === place.meterId && (fact.kind === 'command' || hasEnded(command));
    });
    const should = isTurn ? wanted() : undefined;
    if (should !== undefined && place.desired !== should)
      wrong.push(`wanted is ${place.desired}, should be ${should}, after ${lastEnded?.state} ${lastEnded?.action}`);
  };

  return {
    wrong,
    newestReport: () => place.reportedAt,
    tell(facts) {
      watchFrames();
      const file = facts.findLast((fact) => fact.kind === 'decision')?.decision;
      for (const fact of facts) learn(place, fact);
      for (const fact of facts) {
        if (fact.kind === 'command') begin(fact.command, file);
        if (fact.kind === 'commandMove') move(fact.move, file);
      }
      watchDesired(facts);
    },
    replaceMeter(meterId) {
      watchFrames();
      framesSeen = 0;
      Object.assign(place, { meterId, desired: undefined, believed: 'unknown', reportedAt: undefined });
      for (const [id, known] of commands) commands.set(id, { ...known, readBefore: 0, frame: undefined });
    },
  };
}

const placeOf = ({ account, marks, meter, relay }: MeterPointFacts): Place => ({
  balance: account.balance,
  accrued: account.accrued,
  marks: new Set(marks.map(({ kind }) => kind)),
  meterId: meter.id,
  desired: relay.desired,
  believed: relay.reported,
  reportedAt: relay.reportedAt,
});

function learn(place: Place, fact: Fact): void {
  switch (fact.kind) {
    case 'entry':
      for (const { account, amount } of fact.entry.postings) if (isCustomer(account)) place.balance += amount;
      return;
    case 'accrual':
      place.accrued = fact.accrual.accrued;
      return;
    case 'mark':
      place.marks.add(fact.mark.kind);
      return;
    case 'markLifted':
      place.marks.delete(fact.mark);
      return;
    case 'relayDesired':
      if (fact.meterId === place.meterId) place.desired = fact.desired;
      return;
    case 'relayReport':
      if (fact.meterId === place.meterId && fact.report.readAt >= (place.reportedAt ?? fact.report.readAt))
        Object.assign(place, { believed: fact.report.relay, reportedAt: fact.report.readAt });
  }
}

/** What forbids a command at the instant that counts, whatever its file says. */
function whyNot({ balance, accrued, marks }: Place, { action, cause }: Command): readonly string[] {
  const left = balance - accrued;
  const reasons = [
    action !== 'trip' && marks.has('lock-out') && 'under a lock-out',
    action === 'trip' && marks.has('protected') && 'against the protection',
    action === 'trip' && cause === 'money' && marks.has('disputed') && 'while the bill is disputed',
    cause === 'money' && left > 0n === (action === 'trip') && `with ${formatMoney(money(left))} yuan`,
  ];
  return reasons.filter((reason) => reason !== false);
}

const isComplete = (file: Decision | undefined): boolean =>
  file !== undefined && file.terms.length > 0 && file.terms.every(({ verdict, proof }) => verdict === 'met' && proof !== '');

/** A closing that did not succeed is wanted still; what was withdrawn or voided leaves the relay as it is. */
function leftBehind(last: Command, believed: RelayState): 'open' | 'closed' {
  if (last.state === 'confirmed') return targetOf(last);
  const isGivenUp = last.action === 'trip' || last.state === 'cancelled' || last.state === 'superseded';
  return isGivenUp && believed === 'open' ? 'open' : 'closed';
}

const nameOf = ({ id, action, cause }: Command): string => `${cause} ${action} ${id}`;
const targetOf = ({ action }: Command): 'open' | 'closed' => (action === 'trip' ? 'open' : 'closed');
const hasEnded = ({ state }: Command): boolean => (FINAL_STATES as readonly string[]).includes(state);
const isUnmoved = ({ action }: Command, { relay, tripDelayed = false }: ReadBack): boolean =>
  action === 'trip' ? relay !== 'open' && !tripDelayed : relay !== 'closed' || tripDelayed;
