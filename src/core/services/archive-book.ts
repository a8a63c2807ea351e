/** Looks into the archive and corrects it: what holds, what is missing, who may see a number in full. */
import type { Clock } from '../../kernel/clock.ts';
import type { Actor, ContractId, CustomerId, MeterPointId } from '../../kernel/ids.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Missing } from '../archive/completeness.ts';
import { type ExceptionList, exceptionsOf } from '../archive/exceptions.ts';
import { shownOf } from '../archive/shown.ts';
import { type TimelineError, timelineOf } from '../archive/timeline.ts';
import {
  type ArchiveSubject,
  ASPECTS,
  type AspectName,
  type AspectTimeline,
  type AspectValues,
  type DatedFact,
  isSealed,
  type Period,
  refersTo,
  type Sealed,
} from '../model/archive.ts';
import type { Fact } from '../model/fact.ts';
import type { ArchiveView, Page, PageAsk, SuppliedPoint } from '../ports/queries.ts';
import type { Sealer } from '../ports/sealer.ts';
import type { Store } from '../ports/store.ts';

/** A value as a person writes it: what will be sealed is still plain text. */
export type PlainValue = { readonly [field: string]: unknown };

export interface CorrectionOrder {
  readonly subject: ArchiveSubject;
  readonly aspect: AspectName;
  /** All of what is to be believed of the aspect, over all time. */
  readonly periods: readonly Period<PlainValue>[];
  readonly reason: string;
  readonly actor: Actor;
  /** The version that the person has seen; 0 of a subject that is new. */
  readonly version: number;
}
export type CorrectionError =
  | TimelineError
  | { readonly code: 'not-found'; readonly detail: string }
  | { readonly code: 'conflict' | 'seal-key-missing' | 'no-space' | 'overloaded' };

export interface ExceptionRow {
  readonly meterPointId: MeterPointId;
  readonly contractId: ContractId | undefined;
  readonly customerId: CustomerId | undefined;
  readonly missing: readonly Missing[];
}

export interface ArchiveBook {
  correct(order: CorrectionOrder): Promise<Result<ArchiveView, CorrectionError>>;
  /** Meter points on a list, in the order of their ids. */
  exceptions(list: ExceptionList, ask: PageAsk): Promise<Page<ExceptionRow>>;
  /** A value with its sealed texts masked. */
  shown(subject: ArchiveSubject, value: unknown): unknown;
  /** What is believed of a subject, in full, with a record of who has seen it; undefined where nothing is. */
  reveal(subject: ArchiveSubject, actor: Actor): Promise<readonly DatedFact[] | undefined>;
  /** Whose a personal number is, with a record of who has asked. */
  find(text: string, actor: Actor): Promise<readonly ArchiveSubject[]>;
}

export interface ArchiveBookDeps {
  readonly store: Store;
  readonly sealer: Sealer | undefined;
  readonly clock: Clock;
  /** Whether the configuration has a tariff of this id. */
  readonly isTariff: (id: string) => boolean;
}

export function createArchiveBook(deps: ArchiveBookDeps): ArchiveBook {
  const { store, sealer, clock } = deps;
  const opened = (subject: ArchiveSubject) => (sealed: Sealed) => sealer?.open(sealed, subject);
  const audit = (actor: Actor, action: string, subject: string, detail: string) =>
    store.commit({ facts: [{ kind: 'audit', at: clock.now(), actor, action, subject, outcome: 'done', detail }] });
  return {
    correct: (order) => correct(deps, order),
    exceptions: (list, ask) => exceptionPage(deps, list, ask),
    shown: (subject, value) => shownOf(value, opened(subject)),
    async reveal(subject, actor) {
      const view = await store.read('archiveView', { subject });
      if (view === undefined) return undefined;
      await audit(actor, 'archive.reveal', subject, 'personal data shown in full');
      const whole = (text: string) => text;
      return view.facts.map((fact) => ({ ...fact, value: shownOf(fact.value, opened(subject), whole) }) as DatedFact);
    },
    async find(text, actor) {
      const subjects = await store.read('subjectsSealed', { hashes: sealer?.hashesOf(text) ?? [] });
      await audit(actor, 'archive.find', subjects.join(' ') || 'nobody', 'looked for a personal number');
      return subjects;
    },
  };
}

async function correct(
  { store, sealer, clock, isTariff }: ArchiveBookDeps,
  order: CorrectionOrder,
): Promise<Result<ArchiveView, CorrectionError>> {
  const { subject, aspect, reason, actor, version } = order;
  const timeline = timelineOf(order.periods, ASPECTS[aspect]);
  if (!timeline.ok) return timeline;
  if (timeline.value.length === 0 && !ASPECTS[aspect].optional)
    return err({ code: 'fact-gap', detail: `Something must hold of ${aspect} at some time: say what` });
  const missing = await danglingReference(
    store,
    timeline.value.map(({ value }) => ({ aspect, value }) as Pick<DatedFact, 'aspect' | 'value'>),
  );
  if (missing !== undefined) return err({ code: 'not-found', detail: `${missing} is not in the archive: say something of it first` });
  const unknown = aspect === 'tariff' ? timeline.value.find(({ value }) => !isTariff(String(value.tariff)))?.value.tariff : undefined;
  if (unknown !== undefined) return err({ code: 'not-found', detail: `No tariff ${unknown} is in the configuration: add it there first` });
  const before = await store.read('archiveView', { subject });
  const known = sealedTextsOf(before, aspect);
  const periods: Period<AspectValues[AspectName]>[] = [];
  for (const period of timeline.value) {
    const value = sealValue(
      aspect,
      period.value,
      (plain) => known.find((sealed) => sealer?.matches(sealed, plain)) ?? sealer?.seal(plain, subject),
    );
    if (value === undefined) return err({ code: 'seal-key-missing' });
    periods.push({ ...period, value: value as AspectValues[AspectName] });
  }
  const change = { subject, at: clock.now(), actor, reason, aspects: [{ aspect, periods } as AspectTimeline] };
  const opened = await accountsToOpen(store, change.aspects);
  const outcome = await store.commit({ facts: [...opened, { kind: 'archiveChange', change }], expect: [{ subject, version }] });
  if (outcome.status === 'refused') return err({ code: outcome.code });
  const view = outcome.status === 'committed' ? await store.read('archiveView', { subject }) : undefined;
  return view === undefined ? err({ code: 'conflict' }) : ok(view);
}

/** The first subject that is referred to and is not there. */
async function danglingReference(store: Store, said: readonly Pick<DatedFact, 'aspect' | 'value'>[]): Promise<ArchiveSubject | undefined> {
  for (const fact of said) {
    const subject = refersTo(fact);
    if (subject !== undefined && (await store.read('archiveView', { subject })) === undefined) return subject;
  }
  return undefined;
}

/** A contract's account is opened with it. */
async function accountsToOpen(store: Store, aspects: readonly AspectTimeline[]): Promise<readonly Fact[]> {
  const named = aspects.flatMap(({ aspect, periods }) => (aspect === 'parties' ? periods.map(({ value }) => value.accountId) : []));
  const known = await Promise.all(named.map((accountId) => store.read('account', { accountId })));
  return [...new Set(named.filter((_, index) => known[index] === undefined))].map((id) => ({
    kind: 'account',
    account: { id, state: 'open' },
  }));
}

/** Which fields of an aspect are sealed. */
const SEALED_FIELDS: Partial<Record<AspectName, readonly string[]>> = { identity: ['document', 'property'], contacts: ['address'] };

/** Undefined where a text cannot be sealed. */
function sealValue(aspect: AspectName, value: unknown, seal: (plain: string) => Sealed | undefined): unknown {
  const fields = SEALED_FIELDS[aspect] ?? [];
  let failed = false;
  const walk = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(walk);
    if (typeof inner !== 'object' || inner === null) return inner;
    return Object.fromEntries(
      Object.entries(inner).map(([name, field]) => {
        if (typeof field !== 'string' || !fields.includes(name)) return [name, walk(field)];
        const sealed = seal(field);
        failed ||= sealed === undefined;
        return [name, sealed];
      }),
    );
  };
  const sealed = walk(value);
  return failed ? undefined : sealed;
}

function sealedTextsOf(view: ArchiveView | undefined, aspect: AspectName): readonly Sealed[] {
  const found = (value: unknown): readonly Sealed[] => {
    if (isSealed(value)) return [value];
    return typeof value === 'object' && value !== null ? Object.values(value).flatMap(found) : [];
  };
  return (view?.facts ?? []).filter((fact) => fact.aspect === aspect).flatMap(({ value }) => found(value));
}

/** Meter points that are looked at in one go: few are on a list, and nobody waits for all the others. */
const AT_ONCE = 200;

async function exceptionPage(
  { store, clock }: ArchiveBookDeps,
  list: ExceptionList,
  { limit, cursor }: PageAsk,
): Promise<Page<ExceptionRow>> {
  const at = clock.now();
  const rows: ExceptionRow[] = [];
  for (let after = cursor; ; ) {
    const page = await store.read('supplies', { at, limit: AT_ONCE, cursor: after });
    rows.push(...exceptionRows(page.items, list));
    after = page.nextCursor;
    if (after === undefined || rows.length > limit) break;
  }
  const items = rows.slice(0, limit);
  return { items, nextCursor: rows.length > limit ? items.at(-1)?.meterPointId : undefined };
}

export const exceptionRows = (points: readonly SuppliedPoint[], list: ExceptionList): readonly ExceptionRow[] =>
  points
    .map(({ meterPointId, supply }) => {
      const { contractId, customerId } = supply;
      return { meterPointId, contractId, customerId, missing: exceptionsOf(list, supply) };
    })
    .filter(({ missing }) => missing.length > 0);
