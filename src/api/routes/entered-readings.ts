import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { asRegister } from '../../core/model/register.ts';
import { asId, type MeterId } from '../../kernel/ids.ts';
import { parseEnergy } from '../../kernel/units.ts';
import { actorOf } from '../auth.ts';
import type { ApiDeps } from '../deps.ts';
import { ref } from '../dto/fields.ts';
import { type ReadingDto, toReadingDto } from '../dto/reading.ts';
import { parseInstantField, refused } from '../parse.ts';
import { ProblemError } from '../problem-error.ts';
import { closed, IdempotencyHeaders, IdParams, instantField, reasonField } from '../requests.ts';
import { registerField } from './register-field.ts';

const Body = Type.Object(
  {
    register: registerField,
    value: Type.String({ pattern: '^\\d{1,8}(\\.\\d{1,6})?$', description: 'kWh before the ratio as a decimal string, as "1234.56"' }),
    measuredAt: instantField('when the register stood there'),
    reason: reasonField('why it is entered'),
  },
  closed,
);
const reading = ref<ReadingDto>('Reading');

export const enteredReadingRoutes: FastifyPluginAsyncTypebox<Pick<ApiDeps, 'readingEntry'>> = async (app, { readingEntry }) => {
  app.route({
    method: 'POST',
    url: '/meters/:id/readings',
    config: { scopes: ['ledger:write'] as const },
    schema: {
      operationId: 'enterReading',
      summary:
        'Say what a register stood at: a final reading, a missing one, or in the place of a wrong one; what was settled without it is corrected',
      tags: ['meters'],
      params: IdParams,
      headers: IdempotencyHeaders,
      body: Body,
      response: { 201: reading, 200: reading },
    },
    handler: async (request, reply) => {
      const { register, value, measuredAt, reason } = request.body;
      const parsed = parseEnergy(value);
      if (!parsed.ok) throw refused('value', parsed.error.expected);
      const outcome = await readingEntry.enter({
        meterId: asId<MeterId>(request.params.id),
        register: asRegister(register),
        value: parsed.value,
        measuredAt: parseInstantField(measuredAt, 'measuredAt'),
        reason,
        idempotencyKey: request.headers['idempotency-key'],
        actor: actorOf(request),
      });
      if (!outcome.ok) {
        const { error } = outcome;
        if (error.code === 'not-found')
          throw new ProblemError('not-found', { detail: 'No meter of this id hung anywhere at that instant' });
        if (error.code === 'bad-request') throw refused('register', error.expected);
        throw new ProblemError(error.code, 'detail' in error ? { detail: error.detail, field: 'value' } : {});
      }
      if (outcome.value.replayed) reply.header('idempotency-replayed', 'true');
      return reply.code(outcome.value.replayed ? 200 : 201).send(toReadingDto(outcome.value.value));
    },
  });
};
