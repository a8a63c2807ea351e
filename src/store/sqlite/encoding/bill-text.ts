import type { IssuedBill } from '../../../core/model/issued-bill.ts';
import { money } from '../../../kernel/units.ts';
import { sumFromText } from './accrual-text.ts';
import { type AsText, exactJson } from './exact-json.ts';

export const billText = (bill: IssuedBill): string => exactJson(bill);

/** What the writer stored comes back as it was: the text is ours, so its shape is taken as given. */
export function parseBill(text: string): IssuedBill {
  const stored = JSON.parse(text) as AsText<IssuedBill>;
  return {
    ...(stored as unknown as IssuedBill),
    billedBefore: money(BigInt(stored.billedBefore)),
    total: money(BigInt(stored.total)),
    posted: stored.posted.map(sumFromText),
  };
}
