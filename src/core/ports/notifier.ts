import type { Result } from '../../kernel/result.ts';
import type { Notice } from '../model/notice.ts';

/** Hands a notice to the customer; `receipt` is the channel's proof of delivery. */
export interface Notifier {
  deliver(notice: Notice): Promise<Result<{ readonly receipt: string }, { readonly code: 'not-delivered'; readonly reason: string }>>;
  /** Simulated: its receipts count only where every line is simulated. */
  readonly simulated: boolean;
}
