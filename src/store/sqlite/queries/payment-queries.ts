import type { StoredPayment } from '../../../core/model/payment.ts';
import { asId, type MeterPointId } from '../../../kernel/ids.ts';
import type { Reader } from '../connection.ts';
import { question } from '../question.ts';
import type { Answers } from './answer.ts';
import { pageOf } from './paging.ts';
import { paymentOf } from './rows.ts';

const paymentById = question<{ id: string }>()((db, asked) =>
  db
    .selectFrom('payments')
    .leftJoin('undone', 'undone.entry_id', 'payments.entry_id')
    .selectAll('payments')
    .select('undone.undone')
    .where('payments.id', '=', asked.id),
);
/** One statement for all that a payment meets: most of them meet nothing but the account. */
const paymentMeets = question<{ key: string; channel: string; date: string; serial: string; account: string }>()((db, asked) =>
  db.selectNoFrom((of) => [
    of.selectFrom('idempotency_keys').select('resource').where('key', '=', asked.key).as('resource'),
    of
      .selectFrom('payments')
      .select('id')
      .where('channel', '=', asked.channel)
      .where('channel_date', '=', asked.date)
      .where('channel_serial', '=', asked.serial)
      .as('of_serial'),
    of.selectFrom('accounts').select('id').where('id', '=', asked.account).as('account'),
    // The index that finds them has them in the order of their ids; to ask for that order would cost a sorter each time.
    of.selectFrom('meter_points').select('id').where('account_id', '=', asked.account).limit(1).as('meter_point'),
  ]),
);
/**
 * Of each date of a channel, the latest first, the payment of that serial: the index leads from date to date, so no other payment is
 * looked at.
 */
const paymentsOfSerial = question<{ channel: string; serial: string; before: string; limit: number }>()((db, asked) =>
  db
    .withRecursive('days', (recursive) =>
      recursive
        .selectFrom('payments')
        .select(({ fn }) => fn.max<string | null>('channel_date').as('day'))
        .where('channel', '=', asked.channel)
        .where('channel_date', '<', asked.before)
        .unionAll(
          recursive
            .selectFrom('days')
            .select(({ selectFrom }) =>
              selectFrom('payments')
                .select(({ fn }) => fn.max<string | null>('channel_date').as('earlier'))
                .where('channel', '=', asked.channel)
                .whereRef('channel_date', '<', 'days.day')
                .as('day'),
            )
            .where('days.day', 'is not', null),
        ),
    )
    .selectFrom('days')
    .crossJoin('payments')
    .leftJoin('undone', 'undone.entry_id', 'payments.entry_id')
    .selectAll('payments')
    .select('undone.undone')
    .where('payments.channel', '=', asked.channel)
    .whereRef('payments.channel_date', '=', 'days.day')
    .where('payments.channel_serial', '=', asked.serial)
    .limit(asked.limit),
);
const paymentOfSerial = question<{ channel: string; date: string; serial: string }>()((db, asked) =>
  db
    .selectFrom('payments')
    .leftJoin('undone', 'undone.entry_id', 'payments.entry_id')
    .selectAll('payments')
    .select('undone.undone')
    .where('channel', '=', asked.channel)
    .where('channel_date', '=', asked.date)
    .where('channel_serial', '=', asked.serial),
);
/** After every date. */
const NEWEST_DATE = '~';

export const paymentAnswers: Answers<'payment' | 'payments' | 'paymentGround'> = {
  payment: ({ reader }, { paymentId }) => readPayment(reader, paymentId),
  paymentGround({ reader }, { idempotencyKey: key, channel, channelDate, channelSerial, accountId }) {
    const met = reader.first(paymentMeets, { key, channel, date: channelDate, serial: channelSerial, account: accountId });
    return {
      keyed: met?.resource == null ? undefined : { payment: readPayment(reader, met.resource.replace(/^payment:/, '')) },
      ofSerial: met?.of_serial == null ? undefined : readPayment(reader, met.of_serial),
      account:
        met?.account == null ? undefined : { meterPointId: met.meter_point === null ? undefined : asId<MeterPointId>(met.meter_point) },
    };
  },
  payments({ reader }, { channel, channelSerial: serial, channelDate, ...ask }) {
    const rows =
      channelDate === undefined
        ? reader.all(paymentsOfSerial, { channel, serial, before: ask.cursor ?? NEWEST_DATE, limit: ask.limit + 1 })
        : reader.all(paymentOfSerial, { channel, date: channelDate, serial });
    return pageOf(rows, ask, ({ channel_date }) => channel_date, paymentOf);
  },
};

function readPayment(reader: Reader, id: string): StoredPayment | undefined {
  const row = reader.first(paymentById, { id });
  return row && paymentOf(row);
}
