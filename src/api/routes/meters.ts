import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { asRegister } from '../../core/model/register.ts';
import { asId } from '../../kernel/ids.ts';
import type { ApiDeps } from '../deps.ts';
import { pageOf, ref, toPage } from '../dto/fields.ts';
import { type MeterDto, type RelayDto, toMeterDto, toRelayDto } from '../dto/meter.ts';
import { type ReadingDto, toReadingDto } from '../dto/reading.ts';
import { parseInstantField } from '../parse.ts';
import { closed, IdParams, idField, instantField, pageAsk, paging } from '../requests.ts';
import { createMeterFinder } from './meter-finder.ts';
import { registerField } from './register-field.ts';

const MetersQuery = Type.Object({ ...paging, lineId: Type.Optional(idField('a line id')) }, closed);
const ReadingsQuery = Type.Object(
  {
    ...paging,
    register: Type.Optional(registerField),
    from: Type.Optional(instantField('the earliest measurement')),
    to: Type.Optional(instantField('the instant before which it ends')),
  },
  closed,
);

const config = { scopes: ['meters:read'] as const };
const tags = ['meters'];

export const meterRoutes: FastifyPluginAsyncTypebox<Pick<ApiDeps, 'store'>> = async (app, { store }) => {
  const findMeter = createMeterFinder(store);

  app.route({
    method: 'GET',
    url: '/meters',
    config,
    schema: {
      operationId: 'listMeters',
      summary: 'Meters',
      tags,
      querystring: MetersQuery,
      response: { 200: pageOf<MeterDto>('Meter') },
    },
    handler: async ({ query }) => toPage(await store.read('meters', { ...pageAsk(query), lineId: query.lineId }), toMeterDto),
  });

  app.route({
    method: 'GET',
    url: '/meters/:id',
    config,
    schema: { operationId: 'getMeter', summary: 'One meter', tags, params: IdParams, response: { 200: ref<MeterDto>('Meter') } },
    handler: async ({ params }) => toMeterDto(await findMeter(asId(params.id))),
  });

  app.route({
    method: 'GET',
    url: '/meters/:id/readings',
    config,
    schema: {
      operationId: 'listReadings',
      summary: 'Readings of a meter, newest first',
      tags,
      params: IdParams,
      querystring: ReadingsQuery,
      response: { 200: pageOf<ReadingDto>('Reading') },
    },
    handler: async ({ params, query }) => {
      const { meter } = await findMeter(asId(params.id));
      const { register } = query;
      const ask = {
        ...pageAsk(query),
        meterId: meter.id,
        register: register === undefined ? undefined : asRegister(register),
        from: parseInstantField(query.from, 'from'),
        to: parseInstantField(query.to, 'to'),
      };
      return toPage(await store.read('readings', ask), toReadingDto);
    },
  });

  app.route({
    method: 'GET',
    url: '/meters/:id/relay',
    config,
    schema: {
      operationId: 'getRelay',
      summary: 'What is wanted of a relay, what it reported, and on what evidence',
      tags: ['relays'],
      params: IdParams,
      response: { 200: ref<RelayDto>('Relay') },
    },
    handler: async ({ params }) => toRelayDto((await findMeter(asId(params.id))).relay),
  });
};
