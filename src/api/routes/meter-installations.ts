import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { asId, type MeterId, type MeterPointId } from '../../kernel/ids.ts';
import { actorOf } from '../auth.ts';
import type { ApiDeps } from '../deps.ts';
import { listOf, ref } from '../dto/fields.ts';
import { type InstalledMetersDto, toInstalledMetersDto } from '../dto/installed-meters.ts';
import { parseInstantField, refused } from '../parse.ts';
import { ProblemError } from '../problem-error.ts';
import { closed, IdempotencyHeaders, IdParams, idField, instantField, reasonField } from '../requests.ts';

const Body = Type.Object(
  {
    meterPoints: Type.Array(
      Type.Object(
        {
          meterPointId: idField('where they hung'),
          meters: Type.Array(
            Type.Object(
              {
                meterId: idField('a meter'),
                from: Type.Optional(instantField('when it came to hang there; absent for the first one where it hung there since ever')),
              },
              closed,
            ),
            { minItems: 1, maxItems: 50, description: 'in order of time, each until the next one; the last one is the one that hangs now' },
          ),
        },
        closed,
      ),
      { minItems: 1, maxItems: 20, description: 'put right together: meters that were taken for each other' },
    ),
    reason: reasonField('how it was found out'),
  },
  closed,
);
const Answer = Type.Object({ items: listOf<InstalledMetersDto>('InstalledMeters', 'The meter points that were named') });
const tags = ['archive'];

type Deps = Pick<ApiDeps, 'store' | 'installations'>;

export const meterInstallationRoutes: FastifyPluginAsyncTypebox<Deps> = async (app, { store, installations }) => {
  app.route({
    method: 'GET',
    url: '/meter-points/:id/meters',
    config: { scopes: ['archive:read', 'archive:write'] as const },
    schema: {
      operationId: 'getInstalledMeters',
      summary: 'Every meter that has hung at one meter point, and when',
      tags,
      params: IdParams,
      response: { 200: ref<InstalledMetersDto>('InstalledMeters') },
    },
    handler: async ({ params }) => {
      const [found] = await store.read('installedMeters', { meterPointIds: [asId<MeterPointId>(params.id)], meterIds: [] });
      if (found === undefined || found.spans.length === 0)
        throw new ProblemError('not-found', { detail: 'No meter ever hung at a meter point of this id' });
      return toInstalledMetersDto(found);
    },
  });

  app.route({
    method: 'POST',
    url: '/meter-installations',
    config: { scopes: ['archive:write'] as const },
    schema: {
      operationId: 'correctInstalledMeters',
      summary: 'Say which meters hung where, over all time: a late change, or meters that were swapped; what was settled is corrected',
      tags,
      headers: IdempotencyHeaders,
      body: Body,
      response: { 200: Answer },
    },
    handler: async (request, reply) => {
      const { meterPoints, reason } = request.body;
      const outcome = await installations.correct({
        places: meterPoints.map(({ meterPointId, meters }, index) => ({
          meterPointId: asId<MeterPointId>(meterPointId),
          meters: meters.map(({ meterId, from }) => ({
            meterId: asId<MeterId>(meterId),
            from: parseInstantField(from, `meterPoints[${index}].meters.from`),
          })),
        })),
        reason,
        idempotencyKey: request.headers['idempotency-key'],
        actor: actorOf(request),
      });
      if (!outcome.ok) {
        const { error } = outcome;
        if (error.code === 'not-installable') throw refused(error.field, error.expected);
        throw new ProblemError(error.code, 'detail' in error ? { detail: error.detail } : {});
      }
      if (outcome.value.replayed) reply.header('idempotency-replayed', 'true');
      return { items: outcome.value.value.map(toInstalledMetersDto) };
    },
  });
};
