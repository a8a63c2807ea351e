import { AccountSchema } from './account.ts';
import { ArchiveExceptionSchema, ArchiveFactSchema, ArchiveImportSchema, ArchiveSubjectSchema } from './archive.ts';
import { BillSchema, CollectionSchema, OutstandingBillSchema } from './bill.ts';
import { CaseSchema } from './case.ts';
import { CreditTermsSchema } from './credit-terms.ts';
import { DecisionSchema, TermSchema } from './decision.ts';
import { EntryDetailSchema, EntrySchema } from './entry.ts';
import { EventSchema } from './event.ts';
import { HoldSchema } from './hold.ts';
import { InstalledMetersSchema } from './installed-meters.ts';
import { KeySchema } from './key.ts';
import { LineSchema, OccupancySchema } from './line.ts';
import { MarkSchema } from './mark.ts';
import { MeterSchema, RelaySchema } from './meter.ts';
import { PaymentSchema } from './payment.ts';
import { PostedEntrySchema } from './posted-entry.ts';
import { ProblemSchema } from './problem.ts';
import { ReadSchema } from './read.ts';
import { ReadingSchema } from './reading.ts';
import { RechargeDetailSchema, RechargeSchema } from './recharge.ts';
import { RelayCommandDetailSchema, RelayCommandSchema } from './relay-command.ts';
import { ReversalSchema } from './reversal.ts';
import { ScanSchema } from './scan.ts';
import { StatementSchema } from './statement.ts';
import { SupplyChangeSchema } from './supply-change.ts';

/** Every schema that goes by a name in answers and in the OpenAPI document. */
export const SHARED_SCHEMAS = [
  ProblemSchema,
  TermSchema,
  DecisionSchema,
  AccountSchema,
  ArchiveSubjectSchema,
  ArchiveFactSchema,
  ArchiveExceptionSchema,
  ArchiveImportSchema,
  SupplyChangeSchema,
  InstalledMetersSchema,
  EntrySchema,
  EntryDetailSchema,
  PaymentSchema,
  HoldSchema,
  StatementSchema,
  BillSchema,
  ReversalSchema,
  PostedEntrySchema,
  CreditTermsSchema,
  OutstandingBillSchema,
  CollectionSchema,
  ReadingSchema,
  RelaySchema,
  MeterSchema,
  ReadSchema,
  RelayCommandSchema,
  RelayCommandDetailSchema,
  RechargeSchema,
  RechargeDetailSchema,
  LineSchema,
  OccupancySchema,
  ScanSchema,
  EventSchema,
  CaseSchema,
  MarkSchema,
  KeySchema,
] as const;
