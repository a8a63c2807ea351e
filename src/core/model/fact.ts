/** What one commit can say: a closed list, each stored by one applier of the writer. */
import type { Instant } from '../../kernel/clock.ts';
import type { Actor, CaseId, HoldId, KeyId, MeterId, MeterPointId, NoticeId, ReversalId } from '../../kernel/ids.ts';
import type { Power } from '../../kernel/units.ts';
import type { Account } from './account.ts';
import type { Accrual } from './accrual.ts';
import type { ApiKey } from './api-key.ts';
import type { ArchiveChange } from './archive.ts';
import type { Case } from './case.ts';
import type { Command, CommandMove } from './command.ts';
import type { Crossing } from './crossing.ts';
import type { StoredDecision } from './decision.ts';
import type { CreditTerms } from './funds.ts';
import type { IssuedBill } from './issued-bill.ts';
import type { JournalEntry } from './journal.ts';
import type { LineAlarm } from './line-alarm.ts';
import type { Mark, MarkKind } from './mark.ts';
import type { LoadSide, Meter, MeterPoint, MeterSpan, RelayReport } from './meter.ts';
import type { Notice } from './notice.ts';
import type { Hold, HoldEnd, Payment } from './payment.ts';
import type { Reading } from './reading.ts';
import type { Recharge, RechargeMove } from './recharge.ts';
import type { RegisterName } from './register.ts';
import type { Reversal, ReversalEnd } from './reversal.ts';

export type Fact =
  // Archive: stored as it is now; an equal one changes nothing and raises no version.
  | { readonly kind: 'account'; readonly account: Account }
  | { readonly kind: 'meterPoint'; readonly meterPoint: MeterPoint }
  | { readonly kind: 'meter'; readonly meter: Meter }
  /** Which meters hung at a meter point, in order of time, in the place of all that was believed of it; the last one still hangs. */
  | {
      readonly kind: 'meterSpans';
      readonly meterPointId: MeterPointId;
      readonly spans: readonly MeterSpan[];
      readonly at: Instant;
      readonly actor: Actor;
      readonly reason: string;
    }
  /** Replaces what is believed of each aspect; what was believed before stays, with who changed it, when and why. */
  | { readonly kind: 'archiveChange'; readonly change: ArchiveChange }
  // Money
  | { readonly kind: 'entry'; readonly entry: JournalEntry }
  | { readonly kind: 'payment'; readonly payment: Payment }
  /** What is agreed of an account's credit and debts, in the place of what was. */
  | { readonly kind: 'creditTerms'; readonly terms: CreditTerms; readonly at: Instant; readonly actor: Actor; readonly reason: string }
  /** Only where so much is available: balance − holds − accrued; else the batch is a conflict on `funds:ACCOUNT`. */
  | { readonly kind: 'hold'; readonly hold: Hold; readonly actor: Actor }
  /** Applied only where it is placed; else the batch is a conflict on `hold:ID`. */
  | { readonly kind: 'holdEnded'; readonly holdId: HoldId; readonly end: HoldEnd; readonly at: Instant; readonly actor: Actor }
  | { readonly kind: 'reversalAsked'; readonly reversal: Reversal }
  /** Applied only where it is pending, posted only before its time and by another person; else the batch is a conflict on `reversal:ID`. */
  | {
      readonly kind: 'reversalEnded';
      readonly reversalId: ReversalId;
      readonly end: ReversalEnd;
      readonly at: Instant;
      readonly actor: Actor;
    }
  /** Keys never expire; `resource` is what the first request made, as `payment:ID`. */
  | { readonly kind: 'idempotencyKey'; readonly key: string; readonly fingerprint: string; readonly resource: string; readonly at: Instant }
  /** One bill of a period, and one correction of a bill, for ever; else the batch is a conflict on `bill:POINT`. The store numbers it. */
  | { readonly kind: 'bill'; readonly bill: IssuedBill }
  /** What was settled of a meter point must be looked at again. */
  | { readonly kind: 'review'; readonly meterPointId: MeterPointId; readonly at: Instant; readonly reason: string }
  /** It was, as far as it was asked for up to that place in the journal. */
  | { readonly kind: 'reviewed'; readonly meterPointId: MeterPointId; readonly askedSeq: number }
  // Metering
  | { readonly kind: 'reading'; readonly reading: Reading }
  /** A person says what the register stood at; what was stored for that instant goes into the record and counts no more. */
  | { readonly kind: 'readingEntered'; readonly reading: Reading; readonly actor: Actor; readonly reason: string }
  | { readonly kind: 'accrual'; readonly accrual: Accrual }
  | { readonly kind: 'relayReport'; readonly meterId: MeterId; readonly report: RelayReport; readonly loadSide: LoadSide }
  | { readonly kind: 'relayDesired'; readonly meterId: MeterId; readonly desired: 'closed' | 'open'; readonly at: Instant }
  /** Telemetry goes to its own monthly file, before the batch. */
  | { readonly kind: 'telemetry'; readonly meterId: MeterId; readonly register: RegisterName; readonly at: Instant; readonly value: Power }
  // Fee control
  | { readonly kind: 'decision'; readonly decision: StoredDecision }
  /** The account's newest crossing replaces the one before. */
  | { readonly kind: 'crossing'; readonly crossing: Crossing }
  | { readonly kind: 'notice'; readonly notice: Notice }
  | {
      readonly kind: 'noticeSettled';
      readonly noticeId: NoticeId;
      readonly state: 'delivered' | 'failed';
      readonly at: Instant;
      readonly receipt: string;
    }
  | { readonly kind: 'command'; readonly command: Command }
  /** Applied only where the stored state is `from`; else the batch is a conflict on `command:ID`. */
  | { readonly kind: 'commandMove'; readonly move: CommandMove }
  // Purses
  /** Only where no other recharge of the meter is open; else the batch is a conflict on `recharge:meter:ID`. */
  | { readonly kind: 'recharge'; readonly recharge: Recharge }
  /** Applied only where the stored state is `from`; else the batch is a conflict on `recharge:ID`. */
  | { readonly kind: 'rechargeMove'; readonly move: RechargeMove }
  // Marks and cases
  | { readonly kind: 'mark'; readonly mark: Mark }
  | {
      readonly kind: 'markLifted';
      readonly subject: string;
      readonly mark: MarkKind;
      readonly at: Instant;
      readonly actor: Actor;
      readonly reason?: string;
    }
  | { readonly kind: 'case'; readonly case: Case }
  | { readonly kind: 'caseClosed'; readonly caseId: CaseId; readonly at: Instant; readonly actor: Actor; readonly reason: string }
  // Security
  | { readonly kind: 'lineAlarm'; readonly alarm: LineAlarm }
  | { readonly kind: 'apiKey'; readonly apiKey: ApiKey }
  | { readonly kind: 'apiKeyRevoked'; readonly keyId: KeyId; readonly at: Instant; readonly actor: Actor }
  /** The audit stream lies in the same chain: logins, denied attempts, changes that no other fact records. */
  | {
      readonly kind: 'audit';
      readonly at: Instant;
      readonly actor: Actor;
      readonly action: string;
      readonly subject: string;
      readonly outcome: 'done' | 'denied' | 'failed';
      readonly detail: string;
    };
