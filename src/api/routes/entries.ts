import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { asId } from '../../kernel/ids.ts';
import type { ApiDeps } from '../deps.ts';
import { type EntryDetailDto, toEntryDetailDto } from '../dto/entry.ts';
import { ref } from '../dto/fields.ts';
import { ProblemError } from '../problem-error.ts';
import { IdParams } from '../requests.ts';

export const entryRoutes: FastifyPluginAsyncTypebox<Pick<ApiDeps, 'store'>> = async (app, { store }) => {
  app.route({
    method: 'GET',
    url: '/entries/:id',
    config: { scopes: ['accounts:read', 'ledger:write', 'runs:approve'] },
    schema: {
      operationId: 'getEntry',
      summary: 'One journal entry with its postings, and what of it was undone',
      tags: ['money'],
      params: IdParams,
      response: { 200: ref<EntryDetailDto>('EntryDetail') },
    },
    handler: async ({ params }) => {
      const found = await store.read('entry', { entryId: asId(params.id) });
      if (found === undefined) throw new ProblemError('not-found', { detail: 'No entry has this id' });
      return toEntryDetailDto(found);
    },
  });
};
