import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { ApiDeps } from '../deps.ts';
import { type CaseDto, toCaseDto } from '../dto/case.ts';
import { pageOf, toPage } from '../dto/fields.ts';
import { closed, pageAsk, paging } from '../requests.ts';

const CasesQuery = Type.Object({ ...paging, open: Type.Optional(Type.Boolean({ default: true, description: 'true or false' })) }, closed);

export const caseRoutes: FastifyPluginAsyncTypebox<Pick<ApiDeps, 'store'>> = async (app, { store }) => {
  app.route({
    method: 'GET',
    url: '/cases',
    config: { scopes: ['meters:read'] },
    schema: {
      operationId: 'listCases',
      summary: 'Work for a person: open cases, or all of them',
      tags: ['cases'],
      querystring: CasesQuery,
      response: { 200: pageOf<CaseDto>('Case') },
    },
    handler: async ({ query }) => toPage(await store.read('cases', { ...pageAsk(query), open: query.open ?? true }), toCaseDto),
  });
};
