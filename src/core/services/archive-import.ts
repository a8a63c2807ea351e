/** Brings the archive to what a marketing system's file says. Repeated, it changes nothing; killed, it is simply repeated. */
import { AppError } from '../../kernel/app-error.ts';
import { isSameJson } from '../../kernel/canonical-json.ts';
import type { Clock, Instant } from '../../kernel/clock.ts';
import type { Actor } from '../../kernel/ids.ts';
import { fromLocalTime, toLocalTime, type Zone } from '../../kernel/local-time.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { shownOf } from '../archive/shown.ts';
import { byLine, type Statement, statementsOf } from '../archive/statements.ts';
import { periodAt, timelineOf, withPeriod } from '../archive/timeline.ts';
import { saidValue } from '../archive/values.ts';
import {
  type ArchiveSubject,
  ASPECTS,
  type AspectName,
  type AspectTimeline,
  type AspectValues,
  BEGINNING,
  type Timeline,
} from '../model/archive.ts';
import type { NumberedRow, RowError } from '../model/archive-row.ts';
import type { Fact } from '../model/fact.ts';
import type { ArchiveView } from '../ports/queries.ts';
import type { Sealer } from '../ports/sealer.ts';
import type { Store } from '../ports/store.ts';

export interface ArchiveImport {
  run(order: ImportOrder): Promise<Result<ImportReport, { readonly code: 'seal-key-missing' | 'no-space' | 'overloaded' | 'conflict' }>>;
}

export interface ImportOrder {
  readonly rows: readonly NumberedRow[];
  /** Mistakes of rows that could not be read. */
  readonly errors: readonly RowError[];
  readonly zone: Zone;
  readonly actor: Actor;
  readonly reason: string;
  /** Says what would change and changes nothing. */
  readonly dryRun: boolean;
  /** Imports the other rows of a file in which some are wrong; otherwise nothing of it is imported. */
  readonly skipBadRows: boolean;
}

export interface ImportReport {
  /** False of a dry run, and where mistakes kept all of it out. */
  readonly stored: boolean;
  readonly errors: readonly RowError[];
  readonly changes: readonly ImportChange[];
  /** Subjects of the file that are what it says already. */
  readonly unchanged: number;
}

/** What changes of one aspect; personal texts show their ends only. */
export interface ImportChange {
  readonly subject: ArchiveSubject;
  readonly aspect: AspectName;
  readonly from: Instant;
  /** What was believed then; undefined where nothing was. */
  readonly before: unknown;
  readonly after: unknown;
}

export interface ImportDeps {
  readonly store: Store;
  /** Undefined where no key is set: then no personal text can be stored. */
  readonly sealer: Sealer | undefined;
  readonly clock: Clock;
  /** Gives others a turn. */
  readonly pause: () => Promise<void>;
}

/** Subjects whose changes are stored together. */
const AT_ONCE = 200;
const CONFLICT_LIMIT = 8;
const PERSONAL = ['document', 'property', 'mobile', 'phone', 'email'] as const;

export function createArchiveImport(deps: ImportDeps): ArchiveImport {
  return {
    async run(order) {
      const hasPersonal = order.rows.some(({ row }) => PERSONAL.some((field) => row[field] !== undefined));
      if (hasPersonal && deps.sealer === undefined) return err({ code: 'seal-key-missing' });
      const { statements, errors: contradicting } = statementsOf(order.rows);
      const groups = [...Map.groupBy(statements, ({ subject }) => subject)].sort(byReference);
      const today = dayStart(deps.clock.now(), order.zone);
      const plans: Plan[] = [];
      for (const group of groups) {
        plans.push(await planOf(deps, group, today));
        if (plans.length % AT_ONCE === 0) await deps.pause();
      }
      const errors = byLine([...order.errors, ...contradicting, ...plans.flatMap((plan) => plan.errors)]);
      const report = {
        errors,
        changes: plans.flatMap((plan) => plan.changes),
        unchanged: plans.filter(({ aspects }) => aspects.length === 0).length,
      };
      if (order.dryRun || (errors.length > 0 && !order.skipBadRows)) return ok({ ...report, stored: false });
      const failed = await storeAll(deps, order, plans, today);
      return failed === undefined ? ok({ ...report, stored: true }) : err({ code: failed });
    },
  };
}

type Group = readonly [subject: ArchiveSubject, statements: readonly Statement[]];

/** What is referred to comes first, so that no reference leads nowhere in between. */
const ORDER = ['district', 'feeder', 'customer', 'contract', 'meterPoint'];
const rankOf = ([subject]: Group): number => ORDER.indexOf(subject.slice(0, subject.indexOf(':')));
const byReference = (one: Group, other: Group): number => rankOf(one) - rankOf(other);

/** What a group of statements changes of its subject, as it was believed when that was looked up. */
interface Plan {
  readonly group: Group;
  readonly view: ArchiveView | undefined;
  readonly aspects: readonly AspectTimeline[];
  readonly changes: readonly ImportChange[];
  readonly errors: readonly RowError[];
}

async function planOf(deps: ImportDeps, group: Group, today: Instant): Promise<Plan> {
  const [subject, statements] = group;
  const view = await deps.store.read('archiveView', { subject });
  const aspects: AspectTimeline[] = [];
  const changes: ImportChange[] = [];
  const errors: RowError[] = [];
  for (const [aspect, said] of Map.groupBy(statements, (statement) => statement.aspect)) {
    const believed = timelineIn(view, aspect);
    const made = said.reduce((timeline, statement) => carriedOn(deps, timeline, statement, today), believed);
    if (isSame(made, believed)) continue;
    const sound = timelineOf(made, ASPECTS[aspect]);
    if (!sound.ok) {
      const lines = said.flatMap((statement) => statement.lines);
      errors.push(...lines.map((line) => ({ line, column: aspect, value: '', expected: sound.error.detail, todo: 'Correct the dates' })));
      continue;
    }
    aspects.push({ aspect, periods: sound.value } as AspectTimeline);
    changes.push(...differencesOf(deps, subject, aspect, believed, sound.value));
  }
  return { group, view, aspects, changes, errors };
}

type AnyTimeline = Timeline<AspectValues[AspectName]>;

const isSame = (one: AnyTimeline, other: AnyTimeline): boolean => one.length === other.length && isSameJson(one, other);

const timelineIn = (view: ArchiveView | undefined, aspect: AspectName): AnyTimeline =>
  (view?.facts ?? [])
    .filter((fact) => fact.aspect === aspect)
    .map(({ from, to, value }) => (to === undefined ? { from, value } : { from, to, value }));

/**
 * A row that says since when is a change point there. One that does not says what holds today: it changes nothing where that is
 * believed, begins today where something else is, and holds since ever where nothing is.
 */
function carriedOn({ sealer, clock }: ImportDeps, timeline: AnyTimeline, statement: Statement, today: Instant): AnyTimeline {
  const { subject, fields } = statement;
  const from = statement.from ?? (timeline.length === 0 ? BEGINNING : today);
  const held = periodAt(timeline, statement.from ?? clock.now());
  const before = held?.value;
  const value = saidValue(statement, before, (plain, known) => {
    if (known !== undefined && sealer?.matches(known, plain) === true) return known;
    if (sealer === undefined) throw new AppError('invariant-violated', 'personal data came past the check for a key', { subject });
    return sealer.seal(plain, subject);
  });
  const to = statement.aspect === 'guarantee' ? fields.guaranteeUntil : undefined;
  const isHeld = isSameJson(value, before) && (to === undefined || to === held?.to);
  if (statement.from === undefined && isHeld) return timeline;
  return withPeriod(timeline, to === undefined ? { from, value } : { from, to, value });
}

const dayStart = (now: Instant, zone: Zone): Instant => fromLocalTime({ ...toLocalTime(now, zone), hour: 0, minute: 0, second: 0 }, zone);

function differencesOf(
  { sealer }: ImportDeps,
  subject: ArchiveSubject,
  aspect: AspectName,
  before: AnyTimeline,
  after: AnyTimeline,
): readonly ImportChange[] {
  const shown = (value: unknown) => shownOf(value, (sealed) => sealer?.open(sealed, subject));
  return after.flatMap(({ from, value }) => {
    const old = periodAt(before, from);
    if (old !== undefined && isSameJson(old.value, value)) return [];
    return { subject, aspect, from, before: old && shown(old.value), after: shown(value) };
  });
}

type StoreFailure = 'no-space' | 'overloaded' | 'conflict';

async function storeAll(deps: ImportDeps, order: ImportOrder, plans: readonly Plan[], today: Instant): Promise<StoreFailure | undefined> {
  const changing = plans.filter(({ aspects }) => aspects.length > 0);
  for (let start = 0; start < changing.length; start += AT_ONCE) {
    const failed = await storeSome(deps, order, changing.slice(start, start + AT_ONCE), today);
    if (failed !== undefined) return failed;
    await deps.pause();
  }
  return undefined;
}

/** Where somebody has changed one of the subjects meanwhile, they are planned once more. */
async function storeSome(deps: ImportDeps, order: ImportOrder, first: readonly Plan[], today: Instant): Promise<StoreFailure | undefined> {
  let plans = first;
  for (let attempt = 0; attempt < CONFLICT_LIMIT; attempt++) {
    const outcome = await deps.store.commit({
      facts: await factsOf(deps, order, plans),
      expect: plans.flatMap(({ view, group: [subject] }) => (view === undefined ? [] : [{ subject, version: view.version }])),
    });
    if (outcome.status === 'committed') return undefined;
    if (outcome.status === 'refused') return outcome.code;
    plans = await Promise.all(plans.map(({ group }) => planOf(deps, group, today)));
  }
  return 'conflict';
}

async function factsOf({ store, clock }: ImportDeps, { actor, reason }: ImportOrder, plans: readonly Plan[]): Promise<readonly Fact[]> {
  const facts: Fact[] = [];
  for (const { group, aspects } of plans) {
    facts.push(...(await newAccounts(store, aspects)));
    facts.push({ kind: 'archiveChange', change: { subject: group[0], at: clock.now(), actor, reason, aspects } });
  }
  return facts;
}

/** A contract's account is opened with it. */
async function newAccounts(store: Store, aspects: readonly AspectTimeline[]): Promise<readonly Fact[]> {
  const ids = new Set(aspects.flatMap((said) => (said.aspect === 'parties' ? said.periods.map(({ value }) => value.accountId) : [])));
  const facts: Fact[] = [];
  for (const id of ids) {
    if ((await store.read('account', { accountId: id })) === undefined) facts.push({ kind: 'account', account: { id, state: 'open' } });
  }
  return facts;
}
