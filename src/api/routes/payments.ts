import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type, { type Static } from 'typebox';
import { type AccountId, asId } from '../../kernel/ids.ts';
import { actorOf } from '../auth.ts';
import type { ApiDeps } from '../deps.ts';
import { pageOf, ref, toPage } from '../dto/fields.ts';
import { type PaymentDto, toPaymentDto } from '../dto/payment.ts';
import { parseAmount, parseDate } from '../parse.ts';
import { ProblemError } from '../problem-error.ts';
import { amountField, channelFields, closed, IdempotencyHeaders, idField, pageAsk, paging } from '../requests.ts';

const PaymentBody = Type.Object(
  {
    accountId: idField('an account id'),
    amount: amountField(),
    ...channelFields,
  },
  closed,
);

const PaymentParams = Type.Object({ id: idField('a payment id') }, closed);
const PaymentsQuery = Type.Object(
  {
    ...paging,
    channel: channelFields.channel,
    channelSerial: channelFields.channelSerial,
    channelDate: Type.Optional(channelFields.channelDate),
  },
  closed,
);
const payment = ref<PaymentDto>('Payment');

export const paymentRoutes: FastifyPluginAsyncTypebox<Pick<ApiDeps, 'payments' | 'store'>> = async (app, { payments, store }) => {
  app.route({
    method: 'POST',
    url: '/payments',
    config: { scopes: ['payments:write'] },
    schema: {
      operationId: 'postPayment',
      summary: 'Post a payment; 200 with Idempotency-Replayed where it was posted before',
      tags: ['money'],
      headers: IdempotencyHeaders,
      body: PaymentBody,
      response: { 201: payment, 200: payment },
    },
    handler: async (request, reply) => {
      const outcome = await payments.post({
        ...parsePayment(request.body),
        idempotencyKey: request.headers['idempotency-key'],
        actor: actorOf(request),
      });
      if (!outcome.ok) throw new ProblemError(outcome.error.code, outcome.error.code === 'not-found' ? NO_ACCOUNT : {});
      const { value, replayed } = outcome.value;
      if (replayed) reply.header('idempotency-replayed', 'true');
      return reply.code(replayed ? 200 : 201).send(toPaymentDto(value));
    },
  });

  app.route({
    method: 'GET',
    url: '/payments',
    config: READ,
    schema: {
      operationId: 'findPayments',
      summary: 'Payments of a channel by its serial, on one of its dates or on all of them, the latest first',
      tags: ['money'],
      querystring: PaymentsQuery,
      response: { 200: pageOf<PaymentDto>('Payment') },
    },
    handler: async ({ query }) => {
      const { channel, channelSerial, channelDate } = query;
      const date = channelDate === undefined ? undefined : parseDate(channelDate, 'channelDate');
      return toPage(await store.read('payments', { ...pageAsk(query), channel, channelSerial, channelDate: date }), toPaymentDto);
    },
  });

  app.route({
    method: 'GET',
    url: '/payments/:id',
    config: READ,
    schema: {
      operationId: 'getPayment',
      summary: 'One payment',
      tags: ['money'],
      params: PaymentParams,
      response: { 200: payment },
    },
    handler: async ({ params }) => {
      const found = await store.read('payment', { paymentId: asId(params.id) });
      if (found === undefined) throw new ProblemError('not-found', { detail: 'No payment has this id' });
      return toPaymentDto(found);
    },
  });
};

const READ = { scopes: ['accounts:read', 'payments:write'] as const };
const NO_ACCOUNT = { field: 'accountId', detail: 'No account has this id' } as const;

function parsePayment({ accountId, amount, channel, channelSerial, channelDate }: Static<typeof PaymentBody>) {
  return {
    accountId: asId<AccountId>(accountId),
    amount: parseAmount(amount),
    channel,
    channelSerial,
    channelDate: parseDate(channelDate, 'channelDate'),
  };
}
