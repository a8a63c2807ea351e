/**
 * The tables as queries see them. Instants are UTC milliseconds, money and energy integers in 10⁻⁶ of their unit, flags 0 or 1;
 * every INTEGER comes back as a bigint. Lists inside one fact (terms, scopes, an accrual's lines) are JSON text.
 */
export interface Schema {
  readonly accounts: { readonly id: string; readonly state: string };
  readonly meter_points: MeterPointTable;
  readonly meters: MeterTable;
  readonly dated_facts: DatedFactTable;
  readonly sealed_hashes: { readonly hash: string; readonly subject: string };
  readonly ledger_accounts: { readonly id: bigint; readonly name: string };
  readonly heads: HeadTable;
  readonly entries: EntryTable;
  readonly postings: PostingTable;
  readonly payments: PaymentTable;
  readonly holds: HoldTable;
  readonly idempotency_keys: { readonly key: string; readonly fingerprint: string; readonly resource: string; readonly at: bigint };
  readonly readings: ReadingTable;
  readonly latest_readings: LatestReadingTable;
  readonly accruals: AccrualTable;
  readonly credit_terms: { readonly account_id: string; readonly emergency_limit: bigint; readonly recovery_share: bigint };
  readonly reversals: ReversalTable;
  readonly undone: { readonly entry_id: string; readonly total: bigint; readonly undone: bigint; readonly parts: bigint };
  readonly bills: BillTable;
  readonly reviews: { readonly meter_point_id: string; readonly asked_seq: bigint; readonly reason: string };
  readonly meter_spans: MeterSpanTable;
  readonly relays: RelayTable;
  readonly decisions: DecisionTable;
  readonly crossings: { readonly meter_point_id: string; readonly number: bigint; readonly below: bigint; readonly at: bigint };
  readonly notices: NoticeTable;
  readonly commands: CommandTable;
  readonly command_moves: CommandMoveTable;
  readonly recharges: RechargeTable;
  readonly recharge_moves: RechargeMoveTable;
  readonly marks: {
    readonly subject: string;
    readonly kind: string;
    readonly since: bigint;
    readonly actor: string;
    readonly reason: string;
  };
  readonly cases: CaseTable;
  readonly api_keys: ApiKeyTable;
  readonly records: RecordTable;
  readonly links: { readonly from_seq: bigint; readonly to_seq: bigint; readonly at: bigint; readonly hash: string };
  readonly versions: { readonly subject: string; readonly version: bigint };
  /** One row: when a group was committed that sealed nothing, which the links don't tell. */
  readonly last_commit: { readonly id: bigint; readonly at: bigint };
}

export interface MeterPointTable {
  readonly id: string;
  readonly account_id: string;
  readonly zone: string;
  readonly feeder: string;
  readonly current_ratio: bigint;
  readonly voltage_ratio: bigint;
  readonly max_power: bigint;
  readonly tariff: string;
  readonly rule_set: string;
  readonly restore_by: string;
  readonly agreement: bigint;
  readonly keep_power: bigint;
}

export interface ReversalTable {
  readonly id: string;
  readonly entry_id: string;
  readonly account_id: string | null;
  readonly amount: bigint | null;
  readonly reason: string;
  readonly asked_at: bigint;
  readonly asked_by: string;
  readonly expires_at: bigint;
  readonly state: string;
}

export interface AccrualTable {
  readonly meter_point_id: string;
  /** Of what is taken from the customer's own money; 0 where he pays after reading. */
  readonly accrued: bigint;
  readonly business_day: string;
  readonly next_bill_at: bigint;
  readonly body: string;
}

export interface MeterSpanTable {
  readonly meter_point_id: string;
  readonly from_at: bigint;
  readonly to_at: bigint | null;
  readonly meter_id: string;
}

export interface BillTable {
  /** In the order of issue, without gaps; the number is made from it. */
  readonly ordinal: bigint;
  readonly id: string;
  readonly number: string;
  readonly kind: string;
  readonly meter_point_id: string;
  readonly account_id: string;
  readonly period_id: string;
  readonly to_at: bigint;
  readonly month: string;
  readonly total: bigint;
  readonly corrects: string | null;
  readonly body: string;
}

/** What the archive says of a subject, and what it said before. */
export interface DatedFactTable {
  readonly id: bigint;
  readonly subject: string;
  readonly aspect: string;
  readonly from_at: bigint;
  readonly to_at: bigint | null;
  /** JSON, its fields in the order of their names. */
  readonly value: string;
  readonly refers_to: string | null;
  /** Place of its record in the journal. */
  readonly recorded_seq: bigint;
  readonly recorded_at: bigint;
  readonly actor: string;
  readonly reason: string;
  /** Null while it is believed. */
  readonly replaced_seq: bigint | null;
  readonly replaced_at: bigint | null;
}

export interface MeterTable {
  readonly id: string;
  readonly meter_point_id: string;
  readonly line_id: string;
  readonly protocol: string;
  readonly address: string;
}

/** Balance and version are written by plain updates at the end of each commit group; the postings are the truth. */
export interface HeadTable {
  /** Of `ledger_accounts`. */
  readonly account_id: bigint;
  /** Newest entry that posts here: its posting has the balance, and from it the postings lead back one by one. */
  readonly last_entry: bigint;
}

export interface EntryTable {
  readonly seq: bigint;
  readonly id: string;
  readonly kind: string;
  readonly key: string;
  readonly at: bigint;
  readonly actor: string;
  readonly meter_point_id: string | null;
  readonly business_day: string | null;
  readonly reverses: string | null;
  readonly memo: string;
}

export interface PostingTable {
  readonly entry_seq: bigint;
  readonly line: bigint;
  readonly account_id: bigint;
  readonly amount: bigint;
  readonly balance_after: bigint;
  /** The entry before this one that posts to the same account: a list needs no index that grows at random places. */
  readonly previous_entry: bigint | null;
}

export interface PaymentTable {
  readonly id: string;
  readonly account_id: string;
  readonly entry_id: string;
  readonly amount: bigint;
  readonly channel: string;
  readonly channel_serial: string;
  readonly channel_date: string;
  readonly received_at: bigint;
  readonly actor: string;
  readonly restore_command_id: string | null;
  readonly balance_after: bigint;
}

export interface HoldTable {
  readonly id: string;
  readonly account_id: string;
  readonly amount: bigint;
  readonly placed_at: bigint;
  readonly expires_at: bigint;
  readonly reason: string;
  readonly state: string;
}

export interface ReadingTable {
  readonly id: bigint;
  readonly meter_id: string;
  readonly register: string;
  readonly value: bigint;
  readonly measured_at: bigint;
  readonly heard_at: bigint;
  readonly quality: string;
  readonly reason: string;
}

/** Of each register the newest reading, and the newest good one. */
export interface LatestReadingTable {
  readonly meter_id: string;
  readonly register: string;
  readonly newest_id: bigint;
  readonly newest_at: bigint;
  readonly good_id: bigint | null;
  readonly good_at: bigint | null;
}

export interface RelayTable {
  readonly meter_id: string;
  readonly desired: string | null;
  readonly reported: string;
  readonly reported_at: bigint | null;
  readonly evidence: string | null;
  readonly keep_power: bigint | null;
  readonly load_side: string;
}

export interface DecisionTable {
  readonly id: string;
  readonly meter_point_id: string;
  readonly at: bigint;
  readonly act: string;
  readonly wanted: string;
  readonly terms: string;
}

export interface NoticeTable {
  readonly id: string;
  readonly seq: bigint;
  readonly account_id: string;
  readonly meter_point_id: string;
  readonly kind: string;
  readonly crossing: bigint;
  readonly state: string;
  readonly queued_at: bigint;
  readonly settled_at: bigint | null;
  readonly receipt: string | null;
  readonly text: string;
}

export interface CommandTable {
  readonly id: string;
  /** Place of its creation in the journal: the order of commands. */
  readonly seq: bigint;
  readonly meter_id: string;
  readonly meter_point_id: string;
  readonly action: string;
  readonly cause: string;
  readonly actor: string;
  readonly reason: string;
  readonly decision_id: string | null;
  readonly created_at: bigint;
  readonly expires_at: bigint;
  readonly state: string;
  readonly version: bigint;
}

export interface CommandMoveTable {
  readonly seq: bigint;
  readonly command_id: string;
  readonly from_state: string;
  readonly to_state: string;
  readonly at: bigint;
  readonly reason: string;
  readonly evidence: string | null;
}

export interface RechargeTable {
  readonly id: string;
  /** Place of its creation in the journal. */
  readonly seq: bigint;
  readonly meter_id: string;
  readonly meter_point_id: string;
  readonly kind: string;
  readonly amount: bigint;
  /** Null until it is settled with the first frame. */
  readonly purchase_count: bigint | null;
  readonly customer: string;
  readonly actor: string;
  readonly reason: string;
  readonly created_at: bigint;
  readonly expires_at: bigint;
  readonly state: string;
  readonly version: bigint;
}

export interface RechargeMoveTable extends Omit<CommandMoveTable, 'command_id'> {
  readonly recharge_id: string;
  /** The purse that the step rests on, where it was read. */
  readonly balance: bigint | null;
  readonly purchase_count: bigint | null;
}

export interface CaseTable {
  readonly id: string;
  readonly seq: bigint;
  readonly meter_point_id: string;
  readonly kind: string;
  readonly owner: string;
  readonly reason: string;
  readonly opened_at: bigint;
  readonly closed_at: bigint | null;
}

export interface ApiKeyTable {
  readonly id: string;
  readonly name: string;
  readonly hash: string;
  readonly scopes: string;
  readonly created_at: bigint;
  readonly expires_at: bigint | null;
}

/** What happened, apart from the entries: with them one sequence without gaps, sealed by the links. */
export interface RecordTable {
  readonly seq: bigint;
  readonly at: bigint;
  readonly type: string;
  readonly actor: string | null;
  readonly subject: string;
  readonly body: string;
}
