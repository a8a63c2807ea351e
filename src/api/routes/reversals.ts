import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import type { Reversal } from '../../core/model/reversal.ts';
import type { Once } from '../../core/services/idempotency.ts';
import type { ReversalError } from '../../core/services/reversal-service.ts';
import { asId, type EntryId, type ReversalId } from '../../kernel/ids.ts';
import type { Result } from '../../kernel/result.ts';
import { actorOf } from '../auth.ts';
import type { ApiDeps } from '../deps.ts';
import { pageOf, ref, toPage } from '../dto/fields.ts';
import { type ReversalDto, toReversalDto } from '../dto/reversal.ts';
import { parseAmount } from '../parse.ts';
import { ProblemError } from '../problem-error.ts';
import { amountField, closed, IdempotencyHeaders, IdParams, PageQuery, pageAsk, reasonField } from '../requests.ts';

const Body = Type.Object({ amount: Type.Optional(amountField()), reason: reasonField('why it is undone') }, closed);
const ASK = { scopes: ['ledger:write'] as const };
const APPROVE = { scopes: ['runs:approve'] as const };
const READ = { scopes: ['accounts:read', 'ledger:write', 'runs:approve'] as const };
const tags = ['money'];
const reversal = ref<ReversalDto>('Reversal');

export const reversalRoutes: FastifyPluginAsyncTypebox<Pick<ApiDeps, 'reversals' | 'store'>> = async (app, { reversals, store }) => {
  app.route({
    method: 'POST',
    url: '/entries/:id/reversals',
    config: ASK,
    schema: {
      operationId: 'askReversal',
      summary: 'Ask to have an entry undone, or a part of money that came in; another person approves it',
      tags,
      params: IdParams,
      headers: IdempotencyHeaders,
      body: Body,
      response: { 201: reversal, 200: reversal },
    },
    handler: async (request, reply) => {
      const { amount, reason } = request.body;
      const outcome = await reversals.ask({
        entryId: asId<EntryId>(request.params.id),
        amount: amount === undefined ? undefined : parseAmount(amount),
        reason,
        idempotencyKey: request.headers['idempotency-key'],
        actor: actorOf(request),
      });
      const answer = answered(outcome, 'No entry has this id', reply);
      return reply.code(outcome.ok && outcome.value.replayed ? 200 : 201).send(answer);
    },
  });

  app.route({
    method: 'GET',
    url: '/reversals',
    config: READ,
    schema: {
      operationId: 'listReversals',
      summary: 'Reversals that were asked for, and what became of them',
      tags,
      querystring: PageQuery,
      response: { 200: pageOf<ReversalDto>('Reversal') },
    },
    handler: async ({ query }) => toPage(await store.read('reversals', pageAsk(query)), toReversalDto),
  });

  app.route({
    method: 'POST',
    url: '/reversals/:id/approve',
    config: APPROVE,
    schema: {
      operationId: 'approveReversal',
      summary: 'Approve a reversal that another person has asked for: it is posted',
      tags,
      params: IdParams,
      headers: IdempotencyHeaders,
      response: { 200: reversal },
    },
    handler: async (request, reply) => {
      const order = {
        reversalId: asId<ReversalId>(request.params.id),
        idempotencyKey: request.headers['idempotency-key'],
        actor: actorOf(request),
      };
      return answered(await reversals.approve(order), NONE, reply);
    },
  });

  app.route({
    method: 'POST',
    url: '/reversals/:id/reject',
    config: APPROVE,
    schema: { operationId: 'rejectReversal', summary: 'Reject a reversal', tags, params: IdParams, response: { 200: reversal } },
    handler: async (request) => {
      const outcome = await reversals.reject(asId<ReversalId>(request.params.id), actorOf(request));
      if (!outcome.ok) throw problemOf(outcome.error, NONE);
      return toReversalDto(outcome.value);
    },
  });
};

const NONE = 'No reversal has this id';

function answered(outcome: Result<Once<Reversal>, ReversalError>, notFound: string, reply: FastifyReply): ReversalDto {
  if (!outcome.ok) throw problemOf(outcome.error, notFound);
  if (outcome.value.replayed) reply.header('idempotency-replayed', 'true');
  return toReversalDto(outcome.value.value);
}

function problemOf(error: ReversalError, notFound: string): ProblemError {
  if (error.code === 'not-found') return new ProblemError(error.code, { detail: notFound });
  return new ProblemError(error.code, 'detail' in error ? { detail: error.detail } : {});
}
