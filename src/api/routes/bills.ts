import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { type AccountId, asId, type MeterPointId } from '../../kernel/ids.ts';
import type { ApiDeps } from '../deps.ts';
import { type BillDto, type CollectionDto, toBillDto, toCollectionDto } from '../dto/bill.ts';
import { pageOf, ref, toPage } from '../dto/fields.ts';
import { refused } from '../parse.ts';
import { ProblemError } from '../problem-error.ts';
import { closed, IdParams, idField, pageAsk, paging } from '../requests.ts';

const month = Type.String({ pattern: '^\\d{4}-(0[1-9]|1[0-2])$', description: 'a month, as 2026-10' });
const BillsQuery = Type.Object(
  {
    ...paging,
    meterPointId: Type.Optional(idField('a meter point id')),
    accountId: Type.Optional(idField('an account id')),
    month: Type.Optional(month),
    provisional: Type.Optional(Type.Boolean({ description: 'true for those of the month that stand and are not final' })),
  },
  closed,
);
const CollectionQuery = Type.Object(
  {
    month,
    by: Type.Optional(Type.Union([Type.Literal('district'), Type.Literal('feeder')], { description: 'district (default) or feeder' })),
  },
  closed,
);

const config = { scopes: ['accounts:read'] as const };
const tags = ['money'];

export const billRoutes: FastifyPluginAsyncTypebox<Pick<ApiDeps, 'store' | 'collections'>> = async (app, { store, collections }) => {
  app.route({
    method: 'GET',
    url: '/bills',
    config,
    schema: {
      operationId: 'listBills',
      summary: 'Bills, newest first: of a meter point, of an account, of a month, of a month what could not be read, or all',
      tags,
      querystring: BillsQuery,
      response: { 200: pageOf<BillDto>('Bill') },
    },
    handler: async ({ query }) => {
      const { meterPointId, accountId, provisional = false } = query;
      if (provisional && (query.month === undefined || meterPointId !== undefined || accountId !== undefined))
        throw refused('provisional', 'a month beside it, and nothing else');
      const ask = {
        ...pageAsk(query),
        meterPointId: meterPointId === undefined ? undefined : asId<MeterPointId>(meterPointId),
        accountId: accountId === undefined ? undefined : asId<AccountId>(accountId),
        month: query.month,
        provisional,
      };
      return toPage(await store.read('bills', ask), toBillDto);
    },
  });

  app.route({
    method: 'GET',
    url: '/bills/:id',
    config,
    schema: { operationId: 'getBill', summary: 'One bill by its number', tags, params: IdParams, response: { 200: ref<BillDto>('Bill') } },
    handler: async ({ params }) => {
      const bill = await store.read('bill', { number: params.id });
      if (bill === undefined) throw new ProblemError('not-found', { detail: 'No bill has this number' });
      return toBillDto(bill);
    },
  });

  app.route({
    method: 'GET',
    url: '/collections',
    config,
    schema: {
      operationId: 'getCollection',
      summary: 'What was billed, what has come in and what has not, of a month and by unit, with the days that are left to collect it',
      tags,
      querystring: CollectionQuery,
      response: { 200: ref<CollectionDto>('Collection') },
    },
    handler: async ({ query }) => toCollectionDto(await collections.ofMonth(query.month, query.by ?? 'district')),
  });
};
