import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { asId, type MeterPointId } from '../../kernel/ids.ts';
import type { ApiDeps } from '../deps.ts';
import { type DecisionDto, toDecisionDto } from '../dto/decision.ts';
import { pageOf, toPage } from '../dto/fields.ts';
import { ProblemError } from '../problem-error.ts';
import { IdParams, PageQuery, pageAsk } from '../requests.ts';

export const decisionRoutes: FastifyPluginAsyncTypebox<Pick<ApiDeps, 'store'>> = async (app, { store }) => {
  app.route({
    method: 'GET',
    url: '/meter-points/:id/decisions',
    config: { scopes: ['meters:read', 'accounts:read'] },
    schema: {
      operationId: 'listDecisions',
      summary:
        'What was decided for a meter point, newest first, with every term: why it was tripped, or why not. A hold is stored when its reasons change',
      tags: ['relays'],
      params: IdParams,
      querystring: PageQuery,
      response: { 200: pageOf<DecisionDto>('Decision') },
    },
    handler: async ({ params, query }) => {
      const page = await store.read('decisions', { ...pageAsk(query), meterPointId: asId<MeterPointId>(params.id) });
      if (page === undefined) throw new ProblemError('not-found', { detail: 'No meter point has this id' });
      return toPage(page, toDecisionDto);
    },
  });
};
