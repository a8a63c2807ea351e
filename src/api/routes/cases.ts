import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { asId } from '../../kernel/ids.ts';
import { actorOf } from '../auth.ts';
import type { ApiDeps } from '../deps.ts';
import { type CaseDto, toCaseDto } from '../dto/case.ts';
import { pageOf, ref, toPage } from '../dto/fields.ts';
import { ProblemError } from '../problem-error.ts';
import { closed, IdParams, pageAsk, paging } from '../requests.ts';

const CasesQuery = Type.Object({ ...paging, open: Type.Optional(Type.Boolean({ default: true, description: 'true or false' })) }, closed);

const CloseBody = Type.Object(
  { reason: Type.String({ pattern: '^\\S(.{0,198}\\S)?$', description: 'what was done, in 1 to 200 characters' }) },
  closed,
);

export const caseRoutes: FastifyPluginAsyncTypebox<Pick<ApiDeps, 'store' | 'cases'>> = async (app, { store, cases }) => {
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

  app.route({
    method: 'POST',
    url: '/cases/:id/close',
    config: { scopes: ['relay:restore'] },
    schema: {
      operationId: 'closeCase',
      summary: 'Close a case that a person has seen to; what it held may go on',
      tags: ['cases'],
      params: IdParams,
      body: CloseBody,
      response: { 200: ref<CaseDto>('Case') },
    },
    handler: async (request) => {
      const outcome = await cases.close(asId(request.params.id), request.body.reason, actorOf(request));
      if (!outcome.ok)
        throw new ProblemError(outcome.error.code, outcome.error.code === 'not-found' ? { detail: 'No case has this id' } : {});
      return toCaseDto(outcome.value);
    },
  });
};
