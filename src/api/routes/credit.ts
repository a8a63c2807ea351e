import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { CreditError } from '../../core/services/credit-service.ts';
import type { Once } from '../../core/services/idempotency.ts';
import { type AccountId, asId, type EntryId } from '../../kernel/ids.ts';
import type { Result } from '../../kernel/result.ts';
import { NO_MONEY, parseFen } from '../../kernel/units.ts';
import { actorOf } from '../auth.ts';
import type { ApiDeps } from '../deps.ts';
import { type AccountDto, toAccountDto } from '../dto/account.ts';
import { ref } from '../dto/fields.ts';
import { type PostedEntryDto, toPostedEntryDto } from '../dto/posted-entry.ts';
import { parseAmount, parseDate, refused } from '../parse.ts';
import { ProblemError } from '../problem-error.ts';
import { amountField, channelFields, closed, IdempotencyHeaders, IdParams, idField, reasonField } from '../requests.ts';

const Channelled = Type.Object({ amount: amountField(), ...channelFields, reason: reasonField('what it is') }, closed);
const Given = Type.Object({ amount: amountField(), reason: reasonField('why') }, closed);
const Assigned = Type.Object({ accountId: idField('whose money it is'), reason: reasonField('how that was found') }, closed);
const Terms = Type.Object(
  {
    emergencyLimit: amountField(),
    recoveryShare: Type.Integer({ minimum: 0, maximum: 100, description: 'whole percent of each payment that goes to debts, 0 to 100' }),
    reason: reasonField('by which agreement'),
  },
  closed,
);

const config = { scopes: ['ledger:write'] as const };
const tags = ['money'];
const posted = ref<PostedEntryDto>('PostedEntry');
const response = { 201: posted, 200: posted };

export const creditRoutes: FastifyPluginAsyncTypebox<Pick<ApiDeps, 'credit' | 'store'>> = async (app, { credit, store }) => {
  const answer = async (outcome: Result<Once<EntryId>, CreditError>, accountId: AccountId | undefined, reply: FastifyReply) => {
    if (!outcome.ok) throw problemOf(outcome.error);
    const { value, replayed } = outcome.value;
    if (replayed) reply.header('idempotency-replayed', 'true');
    const account = accountId === undefined ? undefined : await store.read('account', { accountId });
    return reply.code(replayed ? 200 : 201).send(toPostedEntryDto(value, account));
  };

  app.route({
    method: 'POST',
    url: '/suspense',
    config,
    schema: {
      operationId: 'suspendMoney',
      summary: 'Take in money that nobody can be found for; its serial is taken as a payment’s would be',
      tags,
      headers: IdempotencyHeaders,
      body: Channelled,
      response,
    },
    handler: async (request, reply) => answer(await credit.suspend({ ...askedBy(request), ...channelled(request.body) }), undefined, reply),
  });

  app.route({
    method: 'POST',
    url: '/suspense/:id/assignments',
    config,
    schema: {
      operationId: 'assignMoney',
      summary: 'Credit money in suspense, by the entry that it came in with, to whom it belongs: like a payment, once',
      tags,
      params: IdParams,
      headers: IdempotencyHeaders,
      body: Assigned,
      response,
    },
    handler: async (request, reply) => {
      const accountId = asId<AccountId>(request.body.accountId);
      const order = { ...askedBy(request), entryId: asId<EntryId>(request.params.id), accountId, reason: request.body.reason };
      return answer(await credit.assign(order), accountId, reply);
    },
  });

  app.route({
    method: 'POST',
    url: '/entries/:id/rebookings',
    config,
    schema: {
      operationId: 'rebookMoney',
      summary:
        'Credit what a reversal gave back to a channel, and the channel still has, by the entry of that reversal: like a payment, once, under no new serial',
      tags,
      params: IdParams,
      headers: IdempotencyHeaders,
      body: Assigned,
      response,
    },
    handler: async (request, reply) => {
      const accountId = asId<AccountId>(request.body.accountId);
      const order = { ...askedBy(request), entryId: asId<EntryId>(request.params.id), accountId, reason: request.body.reason };
      return answer(await credit.rebook(order), accountId, reply);
    },
  });

  app.route({
    method: 'POST',
    url: '/accounts/:id/guarantees',
    config,
    schema: {
      operationId: 'takeGuarantee',
      summary: 'Take a security in through a channel',
      tags,
      params: IdParams,
      headers: IdempotencyHeaders,
      body: Channelled,
      response,
    },
    handler: async (request, reply) => {
      const accountId = asId<AccountId>(request.params.id);
      return answer(await credit.takeGuarantee({ ...askedBy(request), ...channelled(request.body), accountId }), accountId, reply);
    },
  });

  app.route({
    method: 'POST',
    url: '/accounts/:id/guarantees/release',
    config,
    schema: {
      operationId: 'releaseGuarantee',
      summary: 'Give a security back as own money, no more than is there',
      tags,
      params: IdParams,
      headers: IdempotencyHeaders,
      body: Given,
      response,
    },
    handler: async (request, reply) => {
      const accountId = asId<AccountId>(request.params.id);
      return answer(await credit.releaseGuarantee({ ...askedBy(request), ...given(request.body), accountId }), accountId, reply);
    },
  });

  app.route({
    method: 'POST',
    url: '/accounts/:id/promotions',
    config,
    schema: {
      operationId: 'grantPromotion',
      summary: 'Give promotional credit: used before own money, never paid out',
      tags,
      params: IdParams,
      headers: IdempotencyHeaders,
      body: Given,
      response,
    },
    handler: async (request, reply) => {
      const accountId = asId<AccountId>(request.params.id);
      return answer(await credit.grantPromotion({ ...askedBy(request), ...given(request.body), accountId }), accountId, reply);
    },
  });

  app.route({
    method: 'PUT',
    url: '/accounts/:id/credit-terms',
    config,
    schema: {
      operationId: 'agreeCredit',
      summary: 'How far emergency credit goes, and which share of payments repays debts',
      tags,
      params: IdParams,
      body: Terms,
      response: { 200: ref<AccountDto>('Account') },
    },
    handler: async (request) => {
      const accountId = asId<AccountId>(request.params.id);
      const { emergencyLimit, recoveryShare, reason } = request.body;
      const limit = parseFen(emergencyLimit);
      if (!limit.ok || limit.value < NO_MONEY) throw refused('emergencyLimit', 'yuan in whole fen, 0.00 or more');
      const outcome = await credit.agree({ accountId, emergencyLimit: limit.value, recoveryShare }, actorOf(request), reason);
      const account = await store.read('account', { accountId });
      if (!outcome.ok || account === undefined) throw problemOf(outcome.ok ? { code: 'not-found' } : outcome.error);
      return toAccountDto(account);
    },
  });
};

const askedBy = (request: FastifyRequest) => ({ idempotencyKey: String(request.headers['idempotency-key']), actor: actorOf(request) });
const given = ({ amount, reason }: { readonly amount: string; readonly reason: string }) => ({ amount: parseAmount(amount), reason });
const channelled = (body: {
  readonly amount: string;
  readonly channel: string;
  readonly channelSerial: string;
  readonly channelDate: string;
  readonly reason: string;
}) => ({ ...body, amount: parseAmount(body.amount), channelDate: parseDate(body.channelDate, 'channelDate') });

const problemOf = ({ code }: { readonly code: CreditError['code'] }): ProblemError =>
  new ProblemError(
    code,
    code === 'not-found' ? { detail: 'No account, no money in suspense, or no reversal that gave money back has this id' } : {},
  );
