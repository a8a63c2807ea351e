/** What the configuration says of meter points, as facts of the archive: one truth, whoever has said it. */
import { isSameJson } from '../../kernel/canonical-json.ts';
import type { Instant } from '../../kernel/clock.ts';
import type { AccountId, Actor, MeterPointId } from '../../kernel/ids.ts';
import { asId } from '../../kernel/ids.ts';
import { periodAt, withPeriod } from '../archive/timeline.ts';
import {
  type AspectName,
  type AspectTimeline,
  type AspectValues,
  BEGINNING,
  type DatedFact,
  type Period,
  subjectOf,
  type Timeline,
} from '../model/archive.ts';
import type { Fact } from '../model/fact.ts';
import type { MeterPoint } from '../model/meter.ts';

export const CONFIGURATION = asId<Actor>('system:configuration');

/** A believed fact with who has said it. */
export type StatedFact = DatedFact & { readonly actor: Actor };

/** An aspect of which the archive says something else than the configuration. */
export interface Disagreement {
  readonly meterPointId: MeterPointId;
  readonly aspect: AspectName;
}

export interface ConfiguredFacts {
  readonly facts: readonly Fact[];
  readonly disagreements: readonly Disagreement[];
  /** The meter point as it is to be worked with: what the archive says goes before what the configuration says. */
  readonly effective: MeterPoint;
}

/** Aspects that the configuration speaks of, and those that lead to the account. */
export const CONFIGURED_ASPECTS = [
  'ratio',
  'tariff',
  'place',
  'protection',
  'contract',
  'parties',
] as const satisfies readonly AspectName[];

/**
 * The first time the configuration's word holds since ever; another word of it holds from now on. An aspect that a person or an
 * import has spoken of is the archive's: the configuration changes nothing there.
 *
 * @param believed of a subject, with who has said it
 * @param closedWith whose supply of this place was closed, where that is not who is configured
 */
export function configuredFacts(
  point: MeterPoint,
  believed: (subject: string) => readonly StatedFact[],
  now: Instant,
  closedWith?: AccountId,
): ConfiguredFacts {
  const subject = subjectOf('meterPoint', point.id);
  const stated = believed(subject);
  const aspects: AspectTimeline[] = [];
  const disagreements: Disagreement[] = [];
  for (const [aspect, value] of saidBy(point)) {
    const known = stated.filter((fact) => fact.aspect === aspect);
    const timeline = known.map(({ from, to, value: held }): Period<AspectValues[AspectName]> => ({ from, to, value: held }));
    const held = periodAt(timeline, now)?.value;
    if (isSameJson(held, value)) continue;
    if (known.some(({ actor }) => actor !== CONFIGURATION)) disagreements.push({ meterPointId: point.id, aspect });
    else if (value !== undefined)
      aspects.push({ aspect, periods: withPeriod(timeline, { from: known.length === 0 ? BEGINNING : now, value }) } as AspectTimeline);
    else aspects.push({ aspect, periods: endedAt(timeline, now) } as AspectTimeline);
  }
  const change = { subject, at: now, actor: CONFIGURATION, reason: 'as configured', aspects };
  return {
    facts: aspects.length === 0 ? [] : [{ kind: 'archiveChange', change }],
    disagreements,
    effective: { ...point, ...ratioHeld(stated, now), accountId: accountHeld(stated, believed, now) ?? closedWith ?? point.accountId },
  };
}

function saidBy({
  currentRatio,
  voltageRatio,
  tariff,
  feeder,
  keepPower,
}: MeterPoint): readonly (readonly [AspectName, AspectValues[AspectName] | undefined])[] {
  return [
    ['ratio', { current: Number(currentRatio), voltage: Number(voltageRatio) }],
    ['tariff', { tariff }],
    ['place', { feeder }],
    ['protection', keepPower ? { reason: 'keepPower of the configuration' } : undefined],
  ];
}

function endedAt(timeline: Timeline<AspectValues[AspectName]>, now: Instant): Timeline<AspectValues[AspectName]> {
  return timeline
    .filter(({ from }) => from < now)
    .map((period) => (period.to === undefined || period.to > now ? { ...period, to: now } : period));
}

function valueHeld<Name extends AspectName>(
  facts: readonly StatedFact[],
  aspect: Name,
  now: Instant,
): (AspectValues[Name] & object) | undefined {
  const fact = facts.find((each) => each.aspect === aspect && each.from <= now && (each.to === undefined || now < each.to));
  return fact?.value as (AspectValues[Name] & object) | undefined;
}

/** Of the archive's word only: the configuration's own may have changed with this start. */
function ratioHeld(stated: readonly StatedFact[], now: Instant): Partial<MeterPoint> {
  const ratio = valueHeld(
    stated.filter(({ actor }) => actor !== CONFIGURATION),
    'ratio',
    now,
  );
  return ratio === undefined ? {} : { currentRatio: BigInt(ratio.current), voltageRatio: BigInt(ratio.voltage) };
}

function accountHeld(
  stated: readonly StatedFact[],
  believed: (subject: string) => readonly StatedFact[],
  now: Instant,
): AccountId | undefined {
  const contract = valueHeld(stated, 'contract', now);
  return contract && valueHeld(believed(subjectOf('contract', contract.contractId)), 'parties', now)?.accountId;
}
