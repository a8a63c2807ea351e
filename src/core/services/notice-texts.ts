import { formatMoney } from '../../kernel/units.ts';
import type { Situation } from '../feecontrol/situation.ts';
import type { NoticeKind } from '../model/notice.ts';

/** What the customer reads, in the customer's language, with the figures that the decision rests on. */
export function textOf(kind: NoticeKind, { available, rules }: Pick<Situation, 'available' | 'rules'>): string {
  const left = formatMoney(available);
  switch (kind) {
    case 'low-balance':
      return `【电费提醒】您的可用电费余额为${left}元，已低于${formatMoney(rules.warnBelow)}元，请及时充值，以免影响用电。`;
    case 'stop-pending':
      return `【停电通知】您的可用电费余额为${left}元，宽限期满仍未充值将暂停供电。充值后将立即恢复供电。`;
    case 'tripped':
      return `【停电告知】因电费余额不足（${left}元），您的用电已暂停。充值后将立即恢复供电。`;
    case 'restored':
      return `【复电告知】您的用电已恢复，当前可用电费余额为${left}元。`;
  }
}
