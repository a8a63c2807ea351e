import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { asId, type KeyId } from '../../kernel/ids.ts';
import { actorOf } from '../auth.ts';
import type { ApiDeps } from '../deps.ts';
import { listOf } from '../dto/fields.ts';
import { type KeyDto, toKeyDto } from '../dto/key.ts';
import { ProblemError } from '../problem-error.ts';
import { IdParams } from '../requests.ts';

export const keyRoutes: FastifyPluginAsyncTypebox<Pick<ApiDeps, 'store' | 'clock'>> = async (app, { store, clock }) => {
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

  app.route({
    method: 'POST',
    url: '/keys/:id/revoke',
    config: { scopes: ['admin'] },
    schema: {
      operationId: 'revokeKey',
      summary: 'Withdraw a key: within seconds it opens nothing any more. What was done with it stays under its name',
      tags: ['keys'],
      params: IdParams,
      response: { 204: Type.Null() },
    },
    handler: async (request, reply) => {
      const keyId = asId<KeyId>(request.params.id);
      if (!(await store.read('apiKeys', {})).some(({ id }) => id === keyId))
        throw new ProblemError('not-found', { detail: 'No key has this id' });
      const outcome = await store.commit({ facts: [{ kind: 'apiKeyRevoked', keyId, at: clock.now(), actor: actorOf(request) }] });
      if (outcome.status !== 'committed') throw new ProblemError(outcome.status === 'refused' ? outcome.code : 'conflict');
      return reply.code(204).send(null);
    },
  });
};
