import type { ErrorCode } from './error-codes.ts';

/** A broken promise: a violated invariant, a database gone. Caught by the bus, the job supervisor and the HTTP error handler only. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly context: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, context: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.context = context;
  }
}

/**
 * A mistake of the person at the keyboard: printed as its one sentence, without a stack, and the process ends non-zero.
 * The sentence says what is wrong and what to do.
 */
export class OperatorError extends AppError {}
