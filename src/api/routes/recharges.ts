import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import type { Scope } from '../../core/model/api-key.ts';
import type { RechargeError, RechargeOrder } from '../../core/services/recharge-service.ts';
import { asId, type MeterId, type RechargeId } from '../../kernel/ids.ts';
import { actorOf } from '../auth.ts';
import type { ApiDeps } from '../deps.ts';
import { pageOf, ref, toPage } from '../dto/fields.ts';
import { type RechargeDetailDto, type RechargeDto, toRechargeDetailDto, toRechargeDto } from '../dto/recharge.ts';
import { parseAmount, parseInstantField } from '../parse.ts';
import { ProblemError } from '../problem-error.ts';
import { amountField, closed, IdempotencyHeaders, IdParams, instantField, PageQuery, pageAsk, reasonField } from '../requests.ts';
import { createMeterFinder } from './meter-finder.ts';

const common = {
  amount: amountField(),
  customerNumber: Type.String({ pattern: '^\\d{12}$', description: 'whose purse it is: 12 digits' }),
  reason: reasonField('why, and the payment that it rests on'),
  expiresAt: Type.Optional(instantField('when no frame may leave any more; absent: ten minutes from now')),
};
const OpeningBody = Type.Object(common, closed);
const RechargeBody = Type.Object(
  {
    ...common,
    purchaseCount: Type.Optional(
      Type.Integer({
        minimum: 2,
        maximum: 0xffff_ffff,
        description: 'how many purchases the meter has with this one, where the caller keeps count; absent: one more than it has',
      }),
    ),
  },
  closed,
);

const WRITE = ['recharges:write'] as const satisfies readonly Scope[];
const READ = ['meters:read', ...WRITE] as const satisfies readonly Scope[];
const tags = ['recharges'];
const recharge = ref<RechargeDto>('Recharge');
const keyed = { tags, params: IdParams, headers: IdempotencyHeaders, response: { 202: recharge } };

export const rechargeRoutes: FastifyPluginAsyncTypebox<Pick<ApiDeps, 'store' | 'recharges'>> = async (app, { store, recharges }) => {
  const findMeter = createMeterFinder(store);
  const request = async (order: RechargeOrder, reply: FastifyReply) => {
    const outcome = await recharges.request(order);
    if (!outcome.ok) throw rechargeProblem(outcome.error, 'No meter has this id');
    const { value, replayed } = outcome.value;
    if (replayed) reply.header('idempotency-replayed', 'true');
    return reply.code(202).header('location', `/api/v1/recharges/${value.id}`).send(toRechargeDto(value));
  };

  app.route({
    method: 'POST',
    url: '/meters/:id/openings',
    config: { scopes: WRITE },
    schema: {
      ...keyed,
      operationId: 'requestOpening',
      summary:
        "Open a local meter's purse for its customer with a first purchase; Location names the recharge, its state says how far it has come",
      body: OpeningBody,
    },
    handler: (asked, reply) =>
      request({ ...orderOf(asked, asked.params.id, asked.headers, asked.body), kind: 'opening', count: undefined }, reply),
  });

  app.route({
    method: 'POST',
    url: '/meters/:id/recharges',
    config: { scopes: WRITE },
    schema: {
      ...keyed,
      operationId: 'requestRecharge',
      summary: "Write money into a local meter's own purse; Location names the recharge, its state says how far it has come",
      body: RechargeBody,
    },
    handler: (asked, reply) =>
      request({ ...orderOf(asked, asked.params.id, asked.headers, asked.body), kind: 'recharge', count: asked.body.purchaseCount }, reply),
  });

  app.route({
    method: 'GET',
    url: '/meters/:id/recharges',
    config: { scopes: READ },
    schema: {
      operationId: 'listRecharges',
      summary: 'Recharges of one meter, newest first',
      tags,
      params: IdParams,
      querystring: PageQuery,
      response: { 200: pageOf<RechargeDto>('Recharge') },
    },
    handler: async ({ params, query }) => {
      const { meter } = await findMeter(asId(params.id));
      return toPage(await store.read('recharges', { ...pageAsk(query), meterId: meter.id }), toRechargeDto);
    },
  });

  app.route({
    method: 'GET',
    url: '/recharges/:id',
    config: { scopes: READ },
    schema: {
      operationId: 'getRecharge',
      summary: 'One recharge with its time line, and what the purse held at each step at which it was read',
      tags,
      params: IdParams,
      response: { 200: ref<RechargeDetailDto>('RechargeDetail') },
    },
    handler: async ({ params }) => {
      const found = await store.read('recharge', { rechargeId: asId(params.id) });
      if (found === undefined) throw new ProblemError('not-found', NO_RECHARGE);
      return toRechargeDetailDto(found);
    },
  });

  app.route({
    method: 'POST',
    url: '/recharges/:id/cancel',
    config: { scopes: WRITE },
    schema: {
      operationId: 'cancelRecharge',
      summary: 'Withdraw a recharge that no frame can be on its way for',
      tags,
      params: IdParams,
      response: { 200: recharge },
    },
    handler: async (asked) => {
      const outcome = await recharges.cancel(asId<RechargeId>(asked.params.id), actorOf(asked));
      if (!outcome.ok) throw rechargeProblem(outcome.error, NO_RECHARGE.detail);
      return toRechargeDto(outcome.value);
    },
  });
};

const NO_RECHARGE = { detail: 'No recharge has this id' } as const;

function orderOf(
  request: FastifyRequest,
  meterId: string,
  headers: Static<typeof IdempotencyHeaders>,
  { amount, customerNumber, reason, expiresAt }: Static<typeof OpeningBody>,
): Omit<RechargeOrder, 'kind' | 'count'> {
  return {
    meterId: asId<MeterId>(meterId),
    amount: parseAmount(amount),
    customer: customerNumber,
    reason,
    expiresAt: parseInstantField(expiresAt, 'expiresAt'),
    idempotencyKey: headers['idempotency-key'],
    actor: actorOf(request),
  };
}

function rechargeProblem({ code }: RechargeError, notFound: string): ProblemError {
  if (code === 'not-found') return new ProblemError(code, { detail: notFound });
  if (code === 'unsupported-action')
    return new ProblemError(code, { detail: 'This meter is not configured with security: esam, so no purse of it can be written' });
  return new ProblemError(code, code === 'command-expired' ? { field: 'expiresAt' } : {});
}
