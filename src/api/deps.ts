import type { Store } from '../core/ports/store.ts';
import type { ArchiveBook } from '../core/services/archive-book.ts';
import type { ImportOrder, ImportReport } from '../core/services/archive-import.ts';
import type { CaseService } from '../core/services/cases.ts';
import type { Collections } from '../core/services/collections.ts';
import type { CommandService } from '../core/services/command-service.ts';
import type { CreditService } from '../core/services/credit-service.ts';
import type { HoldService } from '../core/services/hold-service.ts';
import type { ScanService } from '../core/services/line-scans.ts';
import type { MarkService } from '../core/services/mark-service.ts';
import type { MeterInstallations } from '../core/services/meter-installations.ts';
import type { ReadService } from '../core/services/on-demand-reads.ts';
import type { PaymentService } from '../core/services/payment-service.ts';
import type { ReadingEntry } from '../core/services/reading-entry.ts';
import type { RechargeService } from '../core/services/recharge-service.ts';
import type { ReversalService } from '../core/services/reversal-service.ts';
import type { SupplyChanges } from '../core/services/supply-changes.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Result } from '../kernel/result.ts';
import type { LineView } from './lines.ts';
import type { Metrics } from './metrics.ts';

/** The store as the API needs it: it also says when there is something new to read. */
export interface WatchedStore extends Store {
  /** Tells after each commit how far the journal has grown; the answer removes the listener. */
  onCommitted(listener: (lastSeq: number) => void): () => void;
}

export interface ApiConfig {
  /** Requests that one key, or one address without a key, may send in a minute. */
  readonly requestsPerMinute: number;
  /** PEM texts; without them the API speaks plain HTTP and belongs on loopback. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
}

/** Reads a file of a marketing system and imports it. */
export type ImportFile = (
  order: Pick<ImportOrder, 'actor' | 'dryRun' | 'skipBadRows'> & { readonly bytes: Uint8Array },
) => Promise<
  Result<
    { readonly report: ImportReport; readonly file: { readonly count: number; readonly ignored: readonly string[] } },
    { readonly code: 'bad-file'; readonly detail: string } | { readonly code: 'seal-key-missing' | 'no-space' | 'overloaded' | 'conflict' }
  >
>;

/** Everything that the API is handed; it makes nothing itself. */
export interface ApiDeps {
  readonly store: WatchedStore;
  readonly payments: PaymentService;
  readonly holds: HoldService;
  readonly commands: CommandService;
  readonly recharges: RechargeService;
  readonly reads: ReadService;
  readonly scans: ScanService;
  readonly cases: CaseService;
  readonly marks: MarkService;
  readonly archive: ArchiveBook;
  readonly importArchive: ImportFile;
  readonly supplyChanges: SupplyChanges;
  readonly reversals: ReversalService;
  readonly credit: CreditService;
  readonly collections: Collections;
  readonly installations: MeterInstallations;
  readonly readingEntry: ReadingEntry;
  readonly lines: () => readonly LineView[];
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly version: string;
  readonly config: ApiConfig;
}
