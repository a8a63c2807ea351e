import type { Term } from '../core/model/decision.ts';
import { ERROR_CODES, type ErrorCode } from '../kernel/error-codes.ts';

export interface ProblemDetails {
  /** The field of the request that is to blame. */
  readonly field?: string;
  /** One sentence for a person; never a value that came with the request. */
  readonly detail?: string;
  /** The terms of a decision that refused. */
  readonly terms?: readonly Term[];
}

/** An expected outcome on its way to the caller; thrown by routes only. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: ErrorCode;
  readonly details: ProblemDetails;

  constructor(code: ErrorCode, details: ProblemDetails = {}) {
    super(details.detail ?? ERROR_CODES[code].meaning);
    this.code = code;
    this.details = details;
  }
}
