import type { Instant } from '../../kernel/clock.ts';
import type { AspectValues, CustomerClass, GuaranteeForm, SettlementMethod } from './archive.ts';

/** What one row of a marketing system's file says of a meter point, its contract and its customer; a blank cell says nothing. */
export interface ArchiveRow {
  readonly meterPointId: string;
  readonly contractId?: string;
  readonly customerId?: string;
  readonly accountId?: string;
  /** Since when it holds. */
  readonly effectiveFrom?: Instant;
  readonly name?: string;
  readonly address?: string;
  readonly document?: string;
  readonly property?: string;
  readonly mobile?: string;
  readonly phone?: string;
  readonly email?: string;
  readonly settlementMethod?: SettlementMethod;
  readonly settlementTime?: string;
  readonly readingDay?: number;
  readonly instalmentDays?: readonly number[];
  readonly breachLiability?: string;
  readonly temporary?: boolean;
  readonly agreementNumber?: string;
  readonly agreementSignedOn?: string;
  readonly guaranteeForm?: GuaranteeForm;
  readonly guaranteeAmount?: string;
  readonly guaranteeHolder?: string;
  readonly guaranteeUntil?: Instant;
  readonly customerClass?: CustomerClass;
  readonly voltAmperes?: number;
  readonly contractedWatts?: number;
  readonly meteringSide?: AspectValues['metering']['side'];
  readonly currentRatio?: number;
  readonly voltageRatio?: number;
  readonly meterNumber?: string;
  readonly tariff?: string;
  readonly district?: string;
  readonly feeder?: string;
  readonly persons?: number;
  readonly protection?: string;
  readonly importance?: 1 | 2;
}
export type RowField = keyof ArchiveRow;

/** A row with the line of the file that it begins at. */
export interface NumberedRow {
  readonly line: number;
  readonly row: ArchiveRow;
}

/** What is wrong with one cell. */
export interface RowError {
  readonly line: number;
  /** The column as the file calls it. */
  readonly column: string;
  /** What stands there; of personal data only its ends. */
  readonly value: string;
  readonly expected: string;
  readonly todo: string;
}
