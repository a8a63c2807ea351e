import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { ApiDeps } from '../deps.ts';
import { oneOf } from '../dto/fields.ts';

const tags = ['health'];
const config = { rateLimit: false } as const;
const security: [] = [];

/** For those who watch the process: open to all, and they say nothing but yes. */
export const healthRoutes: FastifyPluginAsyncTypebox<Pick<ApiDeps, 'store' | 'version'>> = async (app, { store, version }) => {
  app.route({
    method: 'GET',
    url: '/livez',
    config,
    schema: {
      operationId: 'isAlive',
      summary: 'The process answers',
      tags,
      security,
      response: { 200: Type.Object({ status: oneOf(['alive'], 'It is'), version: Type.String() }) },
    },
    handler: async () => ({ status: 'alive' as const, version }),
  });

  app.route({
    method: 'GET',
    url: '/readyz',
    config,
    schema: {
      operationId: 'isReady',
      summary: 'The store answers; 503 while it does not',
      tags,
      security,
      response: { 200: Type.Object({ status: oneOf(['ready'], 'It is') }) },
    },
    handler: async () => {
      await store.read('lastCommitAt', {});
      return { status: 'ready' as const };
    },
  });
};
