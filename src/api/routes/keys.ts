import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { ApiDeps } from '../deps.ts';
import { listOf } from '../dto/fields.ts';
import { type KeyDto, toKeyDto } from '../dto/key.ts';

export const keyRoutes: FastifyPluginAsyncTypebox<Pick<ApiDeps, 'store'>> = async (app, { store }) => {
  app.route({
    method: 'GET',
    url: '/keys',
    config: { scopes: ['admin'] },
    schema: {
      operationId: 'listKeys',
      summary: 'Keys by name and scope; new ones are made on the machine',
      tags: ['keys'],
      response: { 200: Type.Object({ items: listOf<KeyDto>('Key', 'All of them') }) },
    },
    handler: async () => ({ items: (await store.read('apiKeys', {})).map(toKeyDto) }),
  });
};
