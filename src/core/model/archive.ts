/**
 * The archive: who is supplied where, by which contract and through which meter, as dated facts.
 *
 *   meterPoint ──contract──► contract ──parties──► customer
 *                                └───────────────► account
 *
 * An aspect is what is asked of a subject as one thing; its timeline says what held when. A value is plain JSON: instants are UTC
 * milliseconds, money is yuan as decimal text, and what identifies a person is sealed.
 */
import { isPlainObject } from '../../kernel/canonical-json.ts';
import type { Instant } from '../../kernel/clock.ts';
import type { AccountId, Actor, ContractId, CustomerId } from '../../kernel/ids.ts';

export const ARCHIVE_KINDS = ['customer', 'contract', 'meterPoint', 'feeder', 'district', 'tariff'] as const;
export type ArchiveKind = (typeof ARCHIVE_KINDS)[number];
/** As `contract:HT-0001`. */
export type ArchiveSubject = `${ArchiveKind}:${string}`;

/** A text that identifies a person, encrypted. Equal texts of one key have equal hashes and never equal `sealed`. */
export interface Sealed {
  readonly keyId: string;
  /** HMAC under a key of its own, in hex: finds a text without opening any. */
  readonly hash: string;
  /** Nonce, authentication tag and cipher text, base64url. */
  readonly sealed: string;
}

export const isSealed = (value: unknown): value is Sealed =>
  isPlainObject(value) && typeof value.sealed === 'string' && typeof value.hash === 'string' && typeof value.keyId === 'string';

export const CUSTOMER_CLASSES = ['residential', 'commercial', 'industrial', 'agricultural', 'other'] as const;
export type CustomerClass = (typeof CUSTOMER_CLASSES)[number];
/** How a contract is settled: after reading, in instalments within the period, or before use. */
export const SETTLEMENT_METHODS = ['after-reading', 'instalments', 'prepay'] as const;
export type SettlementMethod = (typeof SETTLEMENT_METHODS)[number];
export const GUARANTEE_FORMS = ['deposit', 'bank', 'third-party'] as const;
export type GuaranteeForm = (typeof GUARANTEE_FORMS)[number];
export const CONTACT_CHANNELS = ['mobile', 'phone', 'email'] as const;

export interface Contact {
  readonly channel: (typeof CONTACT_CHANNELS)[number];
  readonly address: Sealed;
  /** False once a message came back or a call reached somebody else. */
  readonly working: boolean;
}

/** What is asked of each subject; a field that is not known is left out. */
export interface AspectValues {
  // Customer
  readonly identity: {
    readonly name?: string;
    readonly address?: string;
    readonly document?: Sealed;
    readonly property?: Sealed;
  };
  readonly contacts: { readonly contacts: readonly Contact[] };
  // Contract
  readonly parties: { readonly customerId: CustomerId; readonly accountId: AccountId };
  readonly terms: {
    readonly settlementMethod?: SettlementMethod;
    /** When it is settled and due, in the contract's words. */
    readonly settlementTime?: string;
    /** What late payment costs, in the contract's words. */
    readonly breachLiability?: string;
    readonly temporary: boolean;
  };
  /** A signed fee-control agreement. */
  readonly feeControl: { readonly number: string; readonly signedOn?: string };
  readonly guarantee: { readonly form: GuaranteeForm; readonly amount?: string; readonly holder?: string };
  // Meter point
  readonly contract: { readonly contractId: ContractId };
  readonly class: { readonly customerClass: CustomerClass };
  /** Whole volt-amperes. */
  readonly capacity: { readonly voltAmperes: number };
  /** For a tariff that charges demand: what is contracted, and what the meter measured as the most. Whole watts. */
  readonly demand: { readonly contractedWatts: number; readonly measuredWatts?: number };
  /** On which side of the transformer it is metered: losses are added on the low side. */
  readonly metering: { readonly side: 'low' | 'high' };
  /** CT and PT, whole numbers. */
  readonly ratio: { readonly current: number; readonly voltage: number };
  readonly meter: { readonly number: string };
  readonly tariff: { readonly tariff: string };
  readonly place: { readonly district?: string; readonly feeder?: string; readonly address?: string };
  readonly largeFamily: { readonly persons: number };
  readonly protection: { readonly reason: string };
  /** Important users of grade 1 or 2: a stop notice is copied to the authority. */
  readonly importance: { readonly grade: 1 | 2 };
  // Net
  readonly feeder: { readonly name: string; readonly district?: string };
  readonly district: { readonly name: string };
  /** Reading day, 1 to 28, and the days of the month on which instalments are billed; a contract's own goes before its district's. */
  readonly cycle: { readonly readingDay: number; readonly instalmentDays: readonly number[] };
  readonly districtCycle: { readonly readingDay: number; readonly instalmentDays: readonly number[] };
  // Tariff
  /** Of a tariff that says nothing but prices: yuan per kWh by component, as decimal text. */
  readonly rates: { readonly rates: readonly { readonly component: string; readonly price: string }[] };
  /** Of a price plan in a file: which one it is. */
  readonly planFile: { readonly digest: string };
}
export type AspectName = keyof AspectValues;

interface AspectRule {
  readonly of: ArchiveKind;
  /** Whether a time without a value may lie between two with one. */
  readonly gaps: boolean;
  /** Whether what was said of it may be taken back as a whole. */
  readonly optional: boolean;
}

// biome-ignore format: a table, one aspect a line
export const ASPECTS = {
  identity:    { of: 'customer', gaps: false, optional: false },
  contacts:    { of: 'customer', gaps: false, optional: false },
  parties:     { of: 'contract', gaps: false, optional: false },
  terms:       { of: 'contract', gaps: false, optional: false },
  feeControl:  { of: 'contract', gaps: true,  optional: true },
  guarantee:   { of: 'contract', gaps: true,  optional: true },
  contract:    { of: 'meterPoint', gaps: true,  optional: false },
  class:       { of: 'meterPoint', gaps: false, optional: false },
  capacity:    { of: 'meterPoint', gaps: false, optional: false },
  demand:      { of: 'meterPoint', gaps: true,  optional: true },
  metering:    { of: 'meterPoint', gaps: false, optional: false },
  ratio:       { of: 'meterPoint', gaps: false, optional: false },
  meter:       { of: 'meterPoint', gaps: false, optional: false },
  tariff:      { of: 'meterPoint', gaps: false, optional: false },
  place:       { of: 'meterPoint', gaps: false, optional: false },
  largeFamily: { of: 'meterPoint', gaps: true,  optional: true },
  protection:  { of: 'meterPoint', gaps: true,  optional: true },
  importance:  { of: 'meterPoint', gaps: true,  optional: true },
  feeder:      { of: 'feeder', gaps: false, optional: false },
  district:    { of: 'district', gaps: false, optional: false },
  cycle:       { of: 'contract', gaps: true,  optional: true },
  districtCycle: { of: 'district', gaps: true,  optional: true },
  rates:       { of: 'tariff', gaps: false, optional: false },
  planFile:    { of: 'tariff', gaps: true,  optional: true },
} as const satisfies Readonly<Record<AspectName, AspectRule>>;

/** A value from an instant until another, which it no longer holds at; without `to` until something else is said. */
export interface Period<Value> {
  readonly from: Instant;
  readonly to?: Instant | undefined;
  readonly value: Value;
}
/** In order of time, without overlap. */
export type Timeline<Value> = readonly Period<Value>[];

/** What is believed of one aspect over all time. */
export type AspectTimeline = {
  readonly [Name in AspectName]: { readonly aspect: Name; readonly periods: Timeline<AspectValues[Name]> };
}[AspectName];

/** What a person, an import or the configuration says of one subject. */
export interface ArchiveChange {
  readonly subject: ArchiveSubject;
  readonly at: Instant;
  readonly actor: Actor;
  readonly reason: string;
  readonly aspects: readonly AspectTimeline[];
}

/** One period of one aspect, as it is believed. */
export type DatedFact = { readonly [Name in AspectName]: Period<AspectValues[Name]> & { readonly aspect: Name } }[AspectName] & {
  readonly subject: ArchiveSubject;
};

/** With who said so, and until when it was believed. */
export type RecordedFact = DatedFact & {
  readonly recordedAt: Instant;
  readonly actor: Actor;
  readonly reason: string;
  /** Undefined while it is believed. */
  readonly replacedAt: Instant | undefined;
};

export const subjectOf = (kind: ArchiveKind, id: string): ArchiveSubject => `${kind}:${id}`;

/** The subject that a value leads to: what changes there changes here. */
export function refersTo({ aspect, value }: Pick<DatedFact, 'aspect' | 'value'>): ArchiveSubject | undefined {
  if (aspect === 'contract') return subjectOf('contract', (value as AspectValues['contract']).contractId);
  if (aspect === 'parties') return subjectOf('customer', (value as AspectValues['parties']).customerId);
  return undefined;
}

/** Holds since before anything that we know of. */
export const BEGINNING = 0 as Instant;

/** What holds of a subject at one instant. */
export type Aspects = { readonly [Name in AspectName]?: AspectValues[Name] };

/** A meter point at one instant, with the contract it is supplied by and the customer behind it. */
export interface Supply {
  readonly point: Aspects;
  readonly contractId: ContractId | undefined;
  readonly contract: Aspects;
  readonly customerId: CustomerId | undefined;
  readonly customer: Aspects;
}
