import { type Clock, formatInstant, type Instant } from '../../kernel/clock.ts';
import type { Actor, MeterId, MeterPointId } from '../../kernel/ids.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { BEGINNING } from '../model/archive.ts';
import type { Fact } from '../model/fact.ts';
import type { MeterSpan } from '../model/meter.ts';
import type { InstalledMeters } from '../ports/queries.ts';
import type { Store } from '../ports/store.ts';
import { createKeyGate, type KeyError, type Once } from './idempotency.ts';

/** Which meters hung at a place, one after the other: each until the next one. */
export interface PlaceOrder {
  readonly meterPointId: MeterPointId;
  /** At least one; the last one is the meter that hangs there now. `from` is undefined where it hung there since ever. */
  readonly meters: readonly { readonly meterId: MeterId; readonly from: Instant | undefined }[];
}

/** What hung at a place, as it is believed now. */
export type PlaceMeters = Pick<InstalledMeters, 'meterPointId' | 'spans'>;

export interface InstallationOrder {
  /** Meters that were taken for each other are put right together: none hangs at two places at once. */
  readonly places: readonly PlaceOrder[];
  readonly reason: string;
  readonly idempotencyKey: string;
  readonly actor: Actor;
}

export type InstallationError =
  | KeyError
  | { readonly code: 'not-found'; readonly detail: string }
  | { readonly code: 'not-installable'; readonly field: string; readonly expected: string }
  | { readonly code: 'conflict' | 'no-space' | 'overloaded' };

export interface MeterInstallations {
  /**
   * Says which meters hung where, in the place of what was believed: what is charged rests on it from the next register on, and what was
   * settled is looked at again. What hangs now is the configuration's to say.
   */
  correct(order: InstallationOrder): Promise<Result<Once<readonly PlaceMeters[]>, InstallationError>>;
}

export interface InstallationDeps {
  readonly store: Store;
  readonly clock: Clock;
}

export function createMeterInstallations(deps: InstallationDeps): MeterInstallations {
  const gate = createKeyGate();
  return { correct: (order) => gate(order.idempotencyKey, () => correct(deps, order)) };
}

async function correct(
  { store, clock }: InstallationDeps,
  order: InstallationOrder,
): Promise<Result<Once<readonly PlaceMeters[]>, InstallationError>> {
  const { places, idempotencyKey: key, actor, reason } = order;
  const at = clock.now();
  const fingerprint = JSON.stringify(['installations', places, reason]);
  const meterPointIds = places.map(({ meterPointId }) => meterPointId);
  const known = await store.read('idempotencyKey', { key });
  const before = await store.read('installedMeters', {
    meterPointIds,
    meterIds: places.flatMap(({ meters }) => meters.map(({ meterId }) => meterId)),
  });
  if (known !== undefined) {
    if (known.fingerprint !== fingerprint) return err({ code: 'idempotency-mismatch' });
    return ok({ value: before.filter(({ meterPointId }) => meterPointIds.includes(meterPointId)), replayed: true });
  }
  const refused = whyNot(places, before, at);
  if (refused !== undefined) return err(refused);
  const after = places.map((place) => ({ meterPointId: place.meterPointId, spans: spansOf(place) }));
  const facts = after.flatMap(({ meterPointId, spans }): Fact[] => [
    { kind: 'meterSpans', meterPointId, spans, at, actor, reason },
    { kind: 'review', meterPointId, at, reason: `other meters are believed to have hung here: ${reason}` },
  ]);
  const outcome = await store.commit({
    facts: [{ kind: 'idempotencyKey', key, fingerprint, resource: `installations:${meterPointIds[0] ?? ''}`, at }, ...facts],
    // Also the places that are not named: a meter must not come to hang there meanwhile.
    expect: before.map(({ meterPointId, version }) => ({ subject: `meterPoint:${meterPointId}`, version })),
  });
  switch (outcome.status) {
    case 'committed':
      return ok({ value: after, replayed: false });
    case 'duplicate':
      return err({ code: 'idempotency-mismatch' });
    case 'conflict':
      return err({ code: 'conflict' });
    case 'refused':
      return err({ code: outcome.code });
  }
}

const spansOf = ({ meters }: PlaceOrder): readonly MeterSpan[] =>
  meters.map(({ meterId, from }, index) => ({ meterId, from: from ?? BEGINNING, to: meters[index + 1]?.from }));

function whyNot(places: readonly PlaceOrder[], before: readonly InstalledMeters[], now: Instant): InstallationError | undefined {
  for (const [index, place] of places.entries()) {
    const { meterPointId } = place;
    const field = `meterPoints[${index}].meters`;
    const hung = before.find((each) => each.meterPointId === meterPointId)?.spans.at(-1);
    if (hung === undefined) return { code: 'not-found', detail: `No meter ever hung at a meter point ${meterPointId}` };
    if (places.findIndex((each) => each.meterPointId === meterPointId) !== index)
      return { code: 'not-installable', field: `meterPoints[${index}].meterPointId`, expected: 'each meter point once' };
    const wrong = wrongOrder(place, now);
    if (wrong !== undefined) return { code: 'not-installable', field, expected: wrong };
    if (place.meters.at(-1)?.meterId !== hung.meterId)
      return {
        code: 'not-installable',
        field,
        expected: `${hung.meterId} as the last one: the configuration says that it hangs there now`,
      };
  }
  const spans = [
    ...before.filter(({ meterPointId }) => !places.some((place) => place.meterPointId === meterPointId)),
    ...places.map((place) => ({ meterPointId: place.meterPointId, spans: spansOf(place) })),
  ].flatMap((place) => place.spans.map((span) => ({ ...span, meterPointId: place.meterPointId })));
  for (const [index, { meters }] of places.entries()) {
    for (const { meterId } of meters) {
      const field = `meterPoints[${index}].meters`;
      if (!before.some((place) => place.spans.some((span) => span.meterId === meterId)))
        return { code: 'not-installable', field, expected: `meters that hung somewhere: no meter ${meterId} ever did` };
      const twice = overlapOf(spans.filter((span) => span.meterId === meterId));
      if (twice !== undefined) return { code: 'not-installable', field, expected: `${meterId} at one place at a time, not at ${twice}` };
    }
  }
  return undefined;
}

/** The first may have hung there since ever; each other one came after the one before it, and none comes in the future. */
function wrongOrder({ meters }: PlaceOrder, now: Instant): string | undefined {
  for (const [index, { meterId, from }] of meters.entries()) {
    const earlier = index === 0 ? undefined : (meters[index - 1]?.from ?? BEGINNING);
    if (index > 0 && from === undefined) return `an instant from which ${meterId} hung there`;
    if (from === undefined) continue;
    if (from > now) return `${meterId} from an instant that has come, not ${formatInstant(from)}`;
    if (earlier !== undefined && from <= earlier) return `${meterId} from an instant after the one before it`;
  }
  return undefined;
}

function overlapOf(spans: readonly (MeterSpan & { readonly meterPointId: MeterPointId })[]): string | undefined {
  const sorted = spans.toSorted((left, right) => left.from - right.from);
  const index = sorted.findIndex((span, place) => place > 0 && (sorted[place - 1]?.to ?? Number.POSITIVE_INFINITY) > span.from);
  return index < 1 ? undefined : `${sorted[index - 1]?.meterPointId} and ${sorted[index]?.meterPointId}`;
}
