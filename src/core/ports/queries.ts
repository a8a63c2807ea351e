/** The store's named questions: one query for one question, each answered from one snapshot. */
import type { Instant } from '../../kernel/clock.ts';
import type {
  AccountId,
  Actor,
  CaseId,
  CommandId,
  EntryId,
  HoldId,
  MeterId,
  MeterPointId,
  PaymentId,
  RechargeId,
  ReversalId,
} from '../../kernel/ids.ts';
import type { BusinessDay } from '../../kernel/local-time.ts';
import type { Money } from '../../kernel/units.ts';
import type { Account } from '../model/account.ts';
import type { Accrual, ChargePoint } from '../model/accrual.ts';
import type { ApiKey } from '../model/api-key.ts';
import type { ArchiveKind, ArchiveSubject, AspectName, DatedFact, RecordedFact, Supply } from '../model/archive.ts';
import type { Case } from '../model/case.ts';
import type { Command, CommandMove } from '../model/command.ts';
import type { Crossing } from '../model/crossing.ts';
import type { StoredDecision } from '../model/decision.ts';
import type { Expectation } from '../model/expectation.ts';
import type { ChargedSoFar, Funds, PaidDebts } from '../model/funds.ts';
import type { NumberedBill } from '../model/issued-bill.ts';
import type { AccountMove, JournalEntry, LedgerAccount } from '../model/journal.ts';
import type { LimiterCounts } from '../model/limiter.ts';
import type { Mark } from '../model/mark.ts';
import type { Meter, MeterPoint, MeterSpan, RelayBelief } from '../model/meter.ts';
import type { Notice } from '../model/notice.ts';
import type { Hold, StoredPayment } from '../model/payment.ts';
import type { Reading } from '../model/reading.ts';
import type { Recharge, RechargeMove } from '../model/recharge.ts';
import type { RegisterName } from '../model/register.ts';
import type { Reversal, UndoneSoFar } from '../model/reversal.ts';
import type { AccountStanding, CollectedBill } from '../model/standing.ts';

/** Where a list goes on; opaque to callers. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | undefined;
}
export interface PageAsk {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Everything that a reading, a decision or a command of one meter point rests on. */
export interface MeterPointFacts {
  readonly meterPoint: MeterPoint;
  readonly meter: Meter;
  readonly account: AccountView;
  readonly accrual: Accrual | undefined;
  /** Every meter that has hung here, the first one since ever, in order of time. */
  readonly meterSpans: readonly MeterSpan[];
  /** Newest reading of each energy register, and the newest good one where that is another; newest measuredAt first. */
  readonly latestReadings: readonly Reading[];
  readonly relay: RelayBelief;
  /** Commands that have not ended, oldest first. */
  readonly openCommands: readonly Command[];
  /** The newest trip of ours that was confirmed, failed or unknown, unless a later restore was confirmed. */
  readonly lastOpening: Command | undefined;
  /** Undefined before the first descent. */
  readonly crossing: Crossing | undefined;
  /** Notices of the newest crossing. */
  readonly notices: readonly Notice[];
  /** Marks on the account, the meter point, the meter and the site. */
  readonly marks: readonly Mark[];
  readonly openCases: readonly Case[];
  /** Believed facts of the meter point, and of the contract and the customer that it leads to at the instant asked for. */
  readonly archive: readonly DatedFact[];
  /** Trips whose `sent` was committed since the instants asked for, and the sizes that the limiter compares them with. */
  readonly limiter: LimiterCounts;
  /** Versions of `account:ID`, `accrual:METERPOINT`, `meterPoint:ID`, `meter:ID`, `site` and `limiter`, 0 where never raised. */
  readonly versions: readonly Expectation[];
}

/** A subject of the archive as it is believed, over all time. */
export interface SuppliedPoint {
  readonly meterPointId: MeterPointId;
  readonly supply: Supply;
}

export interface ArchiveView {
  readonly subject: ArchiveSubject;
  readonly version: number;
  readonly facts: readonly DatedFact[];
}

export interface AccountView {
  readonly account: Account;
  readonly meterPointId: MeterPointId | undefined;
  /** Own money. */
  readonly balance: Money;
  readonly funds: Funds;
  readonly held: Money;
  readonly accrued: Money;
}

export interface DebtBesideMoney {
  readonly accountId: AccountId;
  /** Of `account:ID`. */
  readonly version: number;
  /** What own money can pay now, more than nothing. */
  readonly paid: PaidDebts;
}

export interface MeterView {
  readonly meter: Meter;
  readonly meterPoint: MeterPoint;
  readonly relay: RelayBelief;
  readonly latestReadings: readonly Reading[];
}

export interface ReadingsAround {
  readonly same: Reading | undefined;
  readonly before: Reading | undefined;
  readonly after: Reading | undefined;
}

export interface StoredEntry extends JournalEntry {
  /** Place in the journal; order comes from it, never from wall time. */
  readonly seq: number;
  /** The asked account's balance after this entry. */
  readonly balanceAfter: Money;
}

/** One sealed record of what happened, for the events list, the stream and the audit. */
export interface EventRecord {
  readonly seq: number;
  readonly at: Instant;
  /** As `payment.posted`, `charge.posted`, `command.confirmed`, `decision.trip`, `notice.delivered`, `mark.set`, `audit.denied`. */
  readonly type: string;
  readonly actor: Actor | undefined;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Which meters hung at a meter point, in order of time. */
export interface InstalledMeters {
  readonly meterPointId: MeterPointId;
  readonly spans: readonly MeterSpan[];
  /** Of `meterPoint:ID`. */
  readonly version: number;
}

export interface PaymentGround {
  /** The key did something before: the payment that it posted, if it was one. */
  readonly keyed: { readonly payment: StoredPayment | undefined } | undefined;
  /** Of the same channel, date and serial. */
  readonly ofSerial: StoredPayment | undefined;
  readonly account: { readonly meterPointId: MeterPointId | undefined } | undefined;
}

export interface Queries {
  readonly meterPointFacts: { ask: { meterPointId: MeterPointId; now: Instant; dayStart: Instant }; answer: MeterPointFacts | undefined };
  /** The whole archive, for start-up. */
  readonly archive: {
    ask: Record<string, never>;
    answer: { meterPoints: readonly MeterPoint[]; meters: readonly Meter[]; accounts: readonly Account[] };
  };
  /** Undefined where nothing is believed of the subject. */
  readonly archiveView: { ask: { subject: ArchiveSubject }; answer: ArchiveView | undefined };
  /** Everything that was ever said of the subject, oldest first. */
  readonly archiveHistory: { ask: { subject: ArchiveSubject }; answer: readonly RecordedFact[] };
  readonly archiveViews: { ask: PageAsk & { kind: ArchiveKind }; answer: Page<ArchiveView> };
  /** Meter points in the order of their ids, with what holds of them at an instant and of whom they are supplied to. */
  readonly supplies: { ask: PageAsk & { at: Instant }; answer: Page<SuppliedPoint> };
  /** Believed facts of some aspects with who has said them, for start-up. */
  readonly archiveStated: { ask: { aspects: readonly AspectName[] }; answer: readonly (DatedFact & { readonly actor: Actor })[] };
  /** Who a sealed text belongs to, by its hashes. */
  readonly subjectsSealed: { ask: { hashes: readonly string[] }; answer: readonly ArchiveSubject[] };
  readonly account: { ask: { accountId: AccountId }; answer: AccountView | undefined };
  readonly accounts: { ask: PageAsk; answer: Page<AccountView> };
  /** Where a ledger account stands; nothing where it was never posted to. */
  readonly ledgerBalance: { ask: { account: LedgerAccount }; answer: Money };
  /** What a billing period of a meter point has cost one of its customers so far. */
  readonly chargedSoFar: { ask: { accountId: AccountId; meterPointId: MeterPointId; periodId: string }; answer: ChargedSoFar };
  /** Who owes for energy, or has paid since: in the order of their ids. */
  readonly owingAccounts: { ask: { movedSince: Instant }; answer: readonly AccountId[] };
  /**
   * Who owes on a bill or for paying late while free own money lies on the account, in the order of their ids. Nobody whose contract prepays:
   * his money is for the use to come.
   */
  readonly debtsBesideMoney: { ask: { now: Instant; limit: number }; answer: readonly DebtBesideMoney[] };
  /** Entries that post to a ledger account, newest first. */
  readonly entries: { ask: PageAsk & { account: LedgerAccount }; answer: Page<StoredEntry> };
  /** What was posted to a ledger account in a time, `to` not included, in the order of the journal; and the sum of all that was posted before. */
  readonly accountMoves: {
    ask: { account: LedgerAccount; from: Instant; to: Instant };
    answer: { opening: Money; moves: readonly AccountMove[] };
  };
  readonly meter: { ask: { meterId: MeterId }; answer: MeterView | undefined };
  readonly meters: { ask: PageAsk & { lineId?: string | undefined }; answer: Page<MeterView> };
  /** Newest first. */
  readonly readings: {
    ask: PageAsk & { meterId: MeterId; register?: RegisterName | undefined; from?: Instant | undefined; to?: Instant | undefined };
    answer: Page<Reading>;
  };
  /** Of these meter points, and of those where one of these meters hung, in the order of their ids. */
  readonly installedMeters: {
    ask: { meterPointIds: readonly MeterPointId[]; meterIds: readonly MeterId[] };
    answer: readonly InstalledMeters[];
  };
  /** Where a meter hung at an instant, the instant at which it was taken down included. */
  readonly meterPointAt: { ask: { meterId: MeterId; at: Instant }; answer: MeterPointId | undefined };
  /** Of each register of each meter the good readings that lie on the cuts or next to them, and the newest. */
  readonly chargePoints: {
    ask: { meterIds: readonly MeterId[]; registers: readonly RegisterName[]; cuts: readonly Instant[] };
    answer: readonly ChargePoint[];
  };
  /** What is stored of a register at an instant, and its good neighbours on either side. */
  readonly readingsAround: { ask: { meterId: MeterId; register: RegisterName; at: Instant }; answer: ReadingsAround };
  /** One entry with its postings as they are stored, its place in the journal, what of it was undone, and by which entries. */
  readonly entry: {
    ask: { entryId: EntryId };
    answer: ({ readonly entry: JournalEntry; readonly seq: number; readonly undoneBy: readonly EntryId[] } & UndoneSoFar) | undefined;
  };
  /** Entries by which money lies in suspense: neither assigned nor given back. Newest first. */
  readonly moneyInSuspense: { ask: PageAsk; answer: Page<StoredEntry> };
  readonly reversal: { ask: { reversalId: ReversalId }; answer: Reversal | undefined };
  /** In the order of their ids. */
  readonly reversals: { ask: PageAsk; answer: Page<Reversal> };
  /** Pending, and their time has come. */
  readonly dueReversals: { ask: { now: Instant; limit: number }; answer: readonly Reversal[] };
  readonly hold: { ask: { holdId: HoldId }; answer: Hold | undefined };
  /** What is set aside of an account now, in the order of their ids. */
  readonly placedHolds: { ask: { accountId: AccountId }; answer: readonly Hold[] };
  /** Placed, and their time has come. */
  readonly dueHolds: { ask: { now: Instant; limit: number }; answer: readonly Hold[] };
  readonly payment: { ask: { paymentId: PaymentId }; answer: StoredPayment | undefined };
  /** Of a channel's serial, on one of its dates or on all of them, the latest date first. */
  readonly payments: {
    ask: PageAsk & { channel: string; channelSerial: string; channelDate?: string | undefined };
    answer: Page<StoredPayment>;
  };
  /** What a payment meets: what its key and its serial were used for before, and the account that it is for. */
  readonly paymentGround: {
    ask: { idempotencyKey: string; channel: string; channelSerial: string; channelDate: string; accountId: AccountId };
    answer: PaymentGround;
  };
  readonly idempotencyKey: { ask: { key: string }; answer: { fingerprint: string; resource: string } | undefined };
  readonly command: {
    ask: { commandId: CommandId };
    answer: { command: Command; moves: readonly CommandMove[]; decision: StoredDecision | undefined } | undefined;
  };
  readonly commands: { ask: PageAsk & { meterId?: MeterId | undefined }; answer: Page<Command> };
  /** What was decided for a meter point, newest first; undefined where there is none of this id. */
  readonly decisions: { ask: PageAsk & { meterPointId: MeterPointId }; answer: Page<StoredDecision> | undefined };
  /** Every command that has not ended, oldest first: what the command loop works on. */
  readonly openCommands: { ask: Record<string, never>; answer: readonly Command[] };
  readonly recharge: {
    ask: { rechargeId: RechargeId };
    answer: { recharge: Recharge; moves: readonly RechargeMove[] } | undefined;
  };
  /** Newest first. */
  readonly recharges: { ask: PageAsk & { meterId: MeterId }; answer: Page<Recharge> };
  /** Every recharge that has not ended, oldest first. */
  readonly openRecharges: { ask: Record<string, never>; answer: readonly Recharge[] };
  /** Every mark that is set, by subject and kind. */
  readonly marks: { ask: Record<string, never>; answer: readonly Mark[] };
  readonly queuedNotices: { ask: { limit: number }; answer: readonly Notice[] };
  /** Whose newest use belongs to a day before `day` and is not posted yet, in the order of their meter points. */
  readonly unpostedAccruals: {
    ask: { before: BusinessDay; after: MeterPointId | ''; limit: number };
    answer: readonly { readonly accrual: Accrual; readonly version: number }[];
  };
  /** Whose period or instalment has ended, the longest ended first; nobody is billed for a supply that was closed. */
  readonly dueAccruals: { ask: { now: Instant; limit: number }; answer: readonly Accrual[] };
  readonly bills: {
    ask: PageAsk & {
      meterPointId?: MeterPointId | undefined;
      accountId?: AccountId | undefined;
      month?: string | undefined;
      /** Of a month only what stands and is not final: something could not be read. */
      provisional?: boolean | undefined;
    };
    answer: Page<NumberedBill>;
  };
  readonly bill: { ask: { number: string }; answer: NumberedBill | undefined };
  /** Every bill of a meter point, in the order of issue. */
  readonly billsOfPoint: { ask: { meterPointId: MeterPointId }; answer: readonly NumberedBill[] };
  /** Every bill since a month, in the order of issue, and where their accounts stand. */
  readonly collectionFacts: {
    ask: { since: string };
    answer: { bills: readonly CollectedBill[]; standings: ReadonlyMap<string, AccountStanding> };
  };
  /** Meter points whose settled periods are to be looked at again. */
  readonly reviews: {
    ask: { limit: number };
    answer: readonly { readonly meterPointId: MeterPointId; readonly askedSeq: number; readonly reason: string }[];
  };
  /** Oldest first, after `after`. */
  readonly events: { ask: { after: number; limit: number; types?: readonly string[] | undefined }; answer: readonly EventRecord[] };
  /** Place of the newest event, 0 before the first. */
  readonly lastSeq: { ask: Record<string, never>; answer: number };
  readonly apiKeyByHash: { ask: { hash: string }; answer: ApiKey | undefined };
  readonly apiKeys: { ask: Record<string, never>; answer: readonly ApiKey[] };
  readonly case: { ask: { caseId: CaseId }; answer: Case | undefined };
  readonly cases: { ask: PageAsk & { open: boolean }; answer: Page<Case> };
  /** Figures for the metrics page. */
  readonly figures: {
    ask: Record<string, never>;
    answer: { relaysUnknown: number; openRestoresSince: readonly Instant[]; imbalance: Money; walBytes: number; noticesQueued: number };
  };
  /** Newest commit's wall time, for the clock watchdog at start. */
  readonly lastCommitAt: { ask: Record<string, never>; answer: Instant | undefined };
}
