import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import type { SupplyError, SupplyOrder } from '../../core/services/supply-changes.ts';
import { type AccountId, asId, type ContractId, type CustomerId, type MeterPointId } from '../../kernel/ids.ts';
import { actorOf } from '../auth.ts';
import type { ApiDeps } from '../deps.ts';
import { ref } from '../dto/fields.ts';
import { type SupplyChangeDto, toSupplyChangeDto } from '../dto/supply-change.ts';
import { ProblemError } from '../problem-error.ts';
import { closed, IdempotencyHeaders, IdParams, idField, reasonField } from '../requests.ts';

const TransferBody = Type.Object(
  {
    contractId: idField('the contract of the customer who comes in'),
    customerId: idField('his customer id'),
    accountId: idField('the account that he pays from'),
    reason: reasonField('why'),
  },
  closed,
);
const ClosingBody = Type.Object({ reason: reasonField('why') }, closed);

const config = { scopes: ['supply:write'] } as const;
const schema = {
  tags: ['archive'],
  params: IdParams,
  headers: IdempotencyHeaders,
  response: { 200: ref<SupplyChangeDto>('SupplyChange') },
};

export const supplyChangeRoutes: FastifyPluginAsyncTypebox<Pick<ApiDeps, 'supplyChanges'>> = async (app, { supplyChanges }) => {
  const run = async (order: SupplyOrder, reply: FastifyReply) => {
    const outcome = await supplyChanges.run(order);
    if (!outcome.ok) throw supplyProblem(outcome.error);
    if (outcome.value.replayed) reply.header('idempotency-replayed', 'true');
    return toSupplyChangeDto(outcome.value.value);
  };

  app.route({
    method: 'POST',
    url: '/meter-points/:id/transfers',
    config,
    schema: {
      ...schema,
      operationId: 'transferSupply',
      summary: 'Hand a meter point over to another customer: old arrears are refused, and the account is cut at the last registers',
      body: TransferBody,
    },
    handler: (request, reply) => {
      const { contractId, customerId, accountId, reason } = request.body;
      const who = {
        contractId: asId<ContractId>(contractId),
        customerId: asId<CustomerId>(customerId),
        accountId: asId<AccountId>(accountId),
      };
      const common = { meterPointId: asId<MeterPointId>(request.params.id), reason, actor: actorOf(request) };
      return run({ kind: 'transfer', ...who, ...common, idempotencyKey: request.headers['idempotency-key'] }, reply);
    },
  });

  app.route({
    method: 'POST',
    url: '/meter-points/:id/closings',
    config,
    schema: {
      ...schema,
      operationId: 'closeSupply',
      summary: 'Close the account of a meter point at its last registers and pay back what is left',
      body: ClosingBody,
    },
    handler: (request, reply) => {
      const common = { meterPointId: asId<MeterPointId>(request.params.id), reason: request.body.reason, actor: actorOf(request) };
      return run({ kind: 'closing', ...common, idempotencyKey: request.headers['idempotency-key'] }, reply);
    },
  });
};

function supplyProblem(error: SupplyError): ProblemError {
  return new ProblemError(error.code, 'detail' in error ? { detail: error.detail } : {});
}
