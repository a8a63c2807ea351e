import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { ApiDeps } from '../deps.ts';
import { listOf, ref } from '../dto/fields.ts';
import { type LineDto, type OccupancyDto, toLineDto, toOccupancyDto } from '../dto/line.ts';
import { ProblemError } from '../problem-error.ts';
import { IdParams } from '../requests.ts';

const config = { scopes: ['meters:read'] as const };
const tags = ['lines'];

export const lineRoutes: FastifyPluginAsyncTypebox<Pick<ApiDeps, 'lines'>> = async (app, { lines }) => {
  app.route({
    method: 'GET',
    url: '/lines',
    config,
    schema: {
      operationId: 'listLines',
      summary: 'Every line with its meters and what has passed over it',
      tags,
      response: { 200: Type.Object({ items: listOf<LineDto>('Line', 'All of them') }) },
    },
    handler: async () => ({ items: lines().map(toLineDto) }),
  });

  app.route({
    method: 'GET',
    url: '/lines/:id/occupancy',
    config,
    schema: {
      operationId: 'getLineOccupancy',
      summary: 'How full a line is',
      tags,
      params: IdParams,
      response: { 200: ref<OccupancyDto>('LineOccupancy') },
    },
    handler: async ({ params }) => {
      const line = lines().find(({ id }) => id === params.id);
      if (line === undefined) throw new ProblemError('not-found', { detail: 'No line has this id' });
      return toOccupancyDto(line);
    },
  });
};
