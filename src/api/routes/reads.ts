import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { asRegister } from '../../core/model/register.ts';
import { asId } from '../../kernel/ids.ts';
import { actorOf } from '../auth.ts';
import type { ApiDeps } from '../deps.ts';
import { ref } from '../dto/fields.ts';
import { type ReadDto, toReadDto } from '../dto/read.ts';
import { ProblemError } from '../problem-error.ts';
import { closed, IdParams } from '../requests.ts';
import { createMeterFinder } from './meter-finder.ts';
import { registerField } from './register-field.ts';

const ReadBody = Type.Object(
  { registers: Type.Array(registerField, { minItems: 1, maxItems: 16, uniqueItems: true, description: '1 to 16 different registers' }) },
  closed,
);

const tags = ['meters'];

export const readRoutes: FastifyPluginAsyncTypebox<Pick<ApiDeps, 'store' | 'reads'>> = async (app, { store, reads }) => {
  const findMeter = createMeterFinder(store);

  app.route({
    method: 'POST',
    url: '/meters/:id/reads',
    config: { scopes: ['reads:run'] },
    schema: {
      operationId: 'startRead',
      summary: 'Ask a meter now; Location names the read',
      tags,
      params: IdParams,
      body: ReadBody,
      response: { 202: ref<ReadDto>('Read') },
    },
    handler: async (request, reply) => {
      const { meter } = await findMeter(asId(request.params.id));
      const started = reads.start(meter.id, request.body.registers.map(asRegister), actorOf(request));
      if (!started.ok) throw new ProblemError(started.error.code);
      return reply.code(202).header('location', `/api/v1/reads/${started.value.id}`).send(toReadDto(started.value));
    },
  });

  app.route({
    method: 'GET',
    url: '/reads/:id',
    config: { scopes: ['reads:run', 'meters:read'] },
    schema: {
      operationId: 'getRead',
      summary: 'One read that was asked for; old ones are forgotten',
      tags,
      params: IdParams,
      response: { 200: ref<ReadDto>('Read') },
    },
    handler: async ({ params }) => {
      const ticket = reads.find(asId(params.id));
      if (ticket === undefined) throw new ProblemError('not-found', { detail: 'No read has this id, or it is no longer remembered' });
      return toReadDto(ticket);
    },
  });
};
