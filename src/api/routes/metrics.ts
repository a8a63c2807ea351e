import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { ApiDeps } from '../deps.ts';

export const metricsRoutes: FastifyPluginAsyncTypebox<Pick<ApiDeps, 'metrics' | 'store' | 'lines' | 'clock'>> = async (app, deps) => {
  const { metrics, store, lines, clock } = deps;
  app.route({
    method: 'GET',
    url: '/metrics',
    config: { scopes: ['metrics:read'] },
    schema: { operationId: 'getMetrics', summary: 'Figures for Prometheus', tags: ['health'], produces: ['text/plain'] },
    handler: async (_, reply) => {
      const figures = await store.read('figures', {});
      const { contentType, text } = await metrics.expose({ figures, lines: lines(), now: clock.now() });
      return reply.type(contentType).send(text);
    },
  });
};
