import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import type { Hold } from '../../core/model/payment.ts';
import type { AccountView } from '../../core/ports/queries.ts';
import type { HoldError } from '../../core/services/hold-service.ts';
import type { Once } from '../../core/services/idempotency.ts';
import { AppError } from '../../kernel/app-error.ts';
import { type AccountId, asId, type HoldId } from '../../kernel/ids.ts';
import type { Result } from '../../kernel/result.ts';
import { actorOf } from '../auth.ts';
import type { ApiDeps } from '../deps.ts';
import { ref } from '../dto/fields.ts';
import { type HoldDto, toHoldDto } from '../dto/hold.ts';
import { parseAmount, parseDate, parseInstantField } from '../parse.ts';
import { ProblemError } from '../problem-error.ts';
import { amountField, channelFields, closed, IdempotencyHeaders, IdParams, instantField, reasonField } from '../requests.ts';

const HoldBody = Type.Object(
  {
    amount: amountField(),
    reason: reasonField('what the money is set aside for'),
    expiresAt: Type.Optional(instantField('when it is given back by itself; absent: a day from now')),
  },
  closed,
);
const PayoutBody = Type.Object(channelFields, closed);

const WRITE = { scopes: ['ledger:write'] as const };
const READ = { scopes: ['accounts:read', 'ledger:write'] as const };
const tags = ['money'];
const hold = ref<HoldDto>('Hold');

export const holdRoutes: FastifyPluginAsyncTypebox<Pick<ApiDeps, 'holds' | 'store'>> = async (app, { holds, store }) => {
  const standingOf = async (accountId: AccountId): Promise<AccountView> => {
    const view = await store.read('account', { accountId });
    if (view === undefined) throw new AppError('invariant-violated', 'a hold belongs to no account', { accountId });
    return view;
  };
  const answered = async (outcome: Result<Once<Hold>, HoldError>, notFound: string, reply: FastifyReply): Promise<HoldDto> => {
    if (!outcome.ok) throw holdProblem(outcome.error, notFound);
    if (outcome.value.replayed) reply.header('idempotency-replayed', 'true');
    return toHoldDto(outcome.value.value, await standingOf(outcome.value.value.accountId));
  };

  app.route({
    method: 'POST',
    url: '/accounts/:id/holds',
    config: WRITE,
    schema: {
      operationId: 'placeHold',
      summary:
        'Set own money of an account aside, no more than balance − held − accrued; 200 with Idempotency-Replayed where it was before',
      tags,
      params: IdParams,
      headers: IdempotencyHeaders,
      body: HoldBody,
      response: { 201: hold, 200: hold },
    },
    handler: async (request, reply) => {
      const { amount, reason, expiresAt } = request.body;
      const outcome = await holds.place({
        accountId: asId<AccountId>(request.params.id),
        amount: parseAmount(amount),
        reason,
        expiresAt: parseInstantField(expiresAt, 'expiresAt'),
        idempotencyKey: request.headers['idempotency-key'],
        actor: actorOf(request),
      });
      const answer = await answered(outcome, 'No account has this id', reply);
      return reply.code(outcome.ok && outcome.value.replayed ? 200 : 201).send(answer);
    },
  });

  app.route({
    method: 'GET',
    url: '/accounts/:id/holds',
    config: READ,
    schema: {
      operationId: 'listHolds',
      summary: 'What is set aside of an account now',
      tags,
      params: IdParams,
      response: { 200: Type.Object({ items: Type.Array(hold) }) },
    },
    handler: async ({ params }) => {
      const accountId = asId<AccountId>(params.id);
      if ((await store.read('account', { accountId })) === undefined)
        throw new ProblemError('not-found', { detail: 'No account has this id' });
      const view = await standingOf(accountId);
      return { items: (await store.read('placedHolds', { accountId })).map((placed) => toHoldDto(placed, view)) };
    },
  });

  app.route({
    method: 'GET',
    url: '/holds/:id',
    config: READ,
    schema: { operationId: 'getHold', summary: 'One hold', tags, params: IdParams, response: { 200: hold } },
    handler: async ({ params }) => {
      const found = await store.read('hold', { holdId: asId(params.id) });
      if (found === undefined) throw new ProblemError('not-found', { detail: NO_HOLD });
      return toHoldDto(found, await standingOf(found.accountId));
    },
  });

  app.route({
    method: 'POST',
    url: '/holds/:id/void',
    config: WRITE,
    schema: {
      operationId: 'voidHold',
      summary: 'Give back what was set aside',
      tags,
      params: IdParams,
      headers: IdempotencyHeaders,
      response: { 200: hold },
    },
    handler: async (request, reply) => {
      const order = {
        holdId: asId<HoldId>(request.params.id),
        idempotencyKey: request.headers['idempotency-key'],
        actor: actorOf(request),
      };
      return answered(await holds.void(order), NO_HOLD, reply);
    },
  });

  app.route({
    method: 'POST',
    url: '/holds/:id/payout',
    config: WRITE,
    schema: {
      operationId: 'payOutHold',
      summary: 'Post what was set aside as paid out, with the serial and date of the channel, which are taken once',
      tags,
      params: IdParams,
      headers: IdempotencyHeaders,
      body: PayoutBody,
      response: { 200: hold },
    },
    handler: async (request, reply) => {
      const { channel, channelSerial, channelDate } = request.body;
      const outcome = await holds.payOut({
        holdId: asId<HoldId>(request.params.id),
        channel,
        channelSerial,
        channelDate: parseDate(channelDate, 'channelDate'),
        idempotencyKey: request.headers['idempotency-key'],
        actor: actorOf(request),
      });
      return answered(outcome, NO_HOLD, reply);
    },
  });
};

const NO_HOLD = 'No hold has this id';
const NO_OWN_MONEY = {
  field: 'amount',
  detail:
    'The field amount: expected no more than own money, which is balance − held − accrued; promotional and emergency credit do not count',
} as const;

function holdProblem({ code }: HoldError, notFound: string): ProblemError {
  if (code === 'not-found') return new ProblemError(code, { detail: notFound });
  if (code === 'command-expired')
    return new ProblemError('bad-request', { field: 'expiresAt', detail: 'expiresAt has passed; expected a later instant' });
  return new ProblemError(code, code === 'insufficient-funds' ? NO_OWN_MONEY : {});
}
