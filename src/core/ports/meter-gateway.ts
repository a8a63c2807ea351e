/** Meters as the core sees them: registers, a relay and a clock, whatever protocol and line lie between. */
import type { Instant } from '../../kernel/clock.ts';
import { type Decimal, formatDecimal } from '../../kernel/decimal.ts';
import type { ErrorCode } from '../../kernel/error-codes.ts';
import type { MeterId } from '../../kernel/ids.ts';
import type { Result } from '../../kernel/result.ts';
import type { RelayAction } from '../model/command.ts';
import type { RelayReport } from '../model/meter.ts';
import type { RegisterName } from '../model/register.ts';

/** What waits on a line, first to leave first. */
export type Priority = 'restore' | 'trip' | 'on-demand' | 'scheduled' | 'back-fill';

export interface Asking {
  readonly priority: Priority;
  /** Not sent after it. */
  readonly deadline?: Instant;
  readonly signal?: AbortSignal;
}

/** A register's value as the meter gave it: exact, not yet judged. A missing one is undefined, never zero. */
export interface RegisterAnswer {
  readonly register: RegisterName;
  /** Where it is a number. */
  readonly value: Decimal | undefined;
  /** Where it is none: a date, digits, bits in hex. */
  readonly text?: string | undefined;
  readonly unit: string;
  /** Where one register holds several values: which of them. */
  readonly part?: string;
  /** Of a demand or a record: when, by the meter's own clock. */
  readonly occurred?: string;
  /** When the meter measured it, as far as anybody knows. */
  readonly readAt: Instant;
  /** Why whoever read the meter does not trust the value; absent where nobody doubts it. */
  readonly doubt?: string | undefined;
}

/** What the meter shows, whatever it is; undefined where it has no value. */
export const shownBy = ({ value, text }: RegisterAnswer): string | undefined =>
  text ?? (value === undefined ? undefined : formatDecimal(value));

export interface MeterFailure {
  readonly code: Extract<
    ErrorCode,
    | 'line-down'
    | 'line-unverified'
    | 'queue-full'
    | 'cancelled'
    | 'command-expired'
    | 'no-reply'
    | 'garbled' // the line: we heard nothing usable
    | 'meter-refused'
    | 'wrong-password' // the meter said no
    | 'unsupported-register'
    | 'unsupported-action'
    | 'signer-down'
    | 'signer-refused' // nobody sealed it
    | 'bad-value'
  >;
  /** False where it is certain that no byte of it was written to the line. */
  readonly sent: boolean;
  /** The protocol's own error, in words, where there was one. */
  readonly protocolError?: string;
}

export interface RelayOrder {
  readonly action: RelayAction;
  /** The meter refuses the frame after it. */
  readonly expiresAt: Instant;
}

export interface MeterGateway {
  /** Registers together where the meter can, one by one where it cannot; each has its own result. */
  readRegisters(
    meterId: MeterId,
    registers: readonly RegisterName[],
    asking: Asking,
  ): Promise<Result<readonly RegisterAnswer[], MeterFailure>>;
  readRelay(meterId: MeterId, asking: Asking): Promise<Result<RelayReport, MeterFailure>>;
  /** Whether an order could be made now, as far as that shows without the meter: whoever seals for it answers. */
  readyForRelay(meterId: MeterId): Promise<Result<'ready', MeterFailure>>;
  /**
   * Sends one relay frame, once. `ok` means accepted by the meter, not done.
   * A failure with `sent` true and no answer of the meter leaves the effect unknown: read back.
   */
  operateRelay(meterId: MeterId, order: RelayOrder, asking: Asking): Promise<Result<'accepted', MeterFailure>>;
}
