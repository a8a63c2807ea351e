import Type, { type Static } from 'typebox';
import type { StoredPayment } from '../../core/model/payment.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { formatMoney } from '../../kernel/units.ts';
import { instant, oneOf, orNull, text, textOrNull, yuan } from './fields.ts';

export const PaymentSchema = Type.Object(
  {
    id: text('Id of the payment'),
    accountId: text('The account that it was posted to'),
    amount: yuan('What came in'),
    state: oneOf(['posted', 'reversed'], 'Posted once, for ever; reversed once all of it was undone'),
    balanceAfter: yuan('Balance of the account after it'),
    restoreCommandId: textOrNull('The restore that it set off'),
    entryId: text('Its journal entry'),
    channel: text('Where it came in'),
    channelSerial: text("The channel's own number of it"),
    channelDate: text("The channel's own date, YYYY-MM-DD"),
    receivedAt: instant('When it was posted'),
    actor: text('Whose key posted it'),
  },
  { $id: 'Payment' },
);
export type PaymentDto = Static<typeof PaymentSchema>;

export function toPaymentDto(payment: StoredPayment): PaymentDto {
  const { id, accountId, amount, state, balanceAfter, restoreCommandId, entryId, channel, channelSerial, channelDate, receivedAt, actor } =
    payment;
  return {
    id,
    accountId,
    amount: formatMoney(amount),
    state,
    balanceAfter: formatMoney(balanceAfter),
    restoreCommandId: orNull(restoreCommandId),
    entryId,
    channel,
    channelSerial,
    channelDate,
    receivedAt: formatInstant(receivedAt),
    actor,
  };
}
