import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { statementOf } from '../../core/ledger/statement.ts';
import { customerAccount } from '../../core/model/journal.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { asId } from '../../kernel/ids.ts';
import { formatMoney } from '../../kernel/units.ts';
import type { ApiDeps } from '../deps.ts';
import { type AccountDto, toAccountDto } from '../dto/account.ts';
import { type EntryDto, toEntryDto } from '../dto/entry.ts';
import { instant, pageOf, ref, text, toPage, yuan } from '../dto/fields.ts';
import { type StatementDto, statementCsv, toStatementDto } from '../dto/statement.ts';
import { parseInstantField, refused } from '../parse.ts';
import { closed, IdParams, instantField, PageQuery, pageAsk } from '../requests.ts';
import { createAccountFinder } from './account-finder.ts';

const config = { scopes: ['accounts:read'] as const };
const tags = ['money'];
const Period = Type.Object(
  { from: instantField('the first instant'), to: Type.Optional(instantField('the end, not included; absent: now')) },
  closed,
);
const Moment = Type.Object({ at: instantField('the instant') }, closed);

export const accountRoutes: FastifyPluginAsyncTypebox<Pick<ApiDeps, 'store' | 'clock'>> = async (app, { store, clock }) => {
  const accountOf = createAccountFinder(store);

  app.route({
    method: 'GET',
    url: '/accounts',
    config,
    schema: {
      operationId: 'listAccounts',
      summary: 'Accounts',
      tags,
      querystring: PageQuery,
      response: { 200: pageOf<AccountDto>('Account') },
    },
    handler: async ({ query }) => toPage(await store.read('accounts', pageAsk(query)), toAccountDto),
  });

  app.route({
    method: 'GET',
    url: '/accounts/:id',
    config,
    schema: {
      operationId: 'getAccount',
      summary: 'One account: available is balance − held − accrued',
      tags,
      params: IdParams,
      response: { 200: ref<AccountDto>('Account') },
    },
    handler: async ({ params }) => toAccountDto(await accountOf(asId(params.id))),
  });

  app.route({
    method: 'GET',
    url: '/accounts/:id/statement',
    config,
    schema: {
      operationId: 'getStatement',
      summary: 'What came and went in a time, as a customer reads it; Accept: text/csv gives it as a table',
      tags,
      params: IdParams,
      querystring: Period,
      response: {
        200: {
          description: 'A statement',
          content: {
            'application/json': { schema: ref<StatementDto>('Statement') },
            'text/csv': { schema: text('RFC 4180 with a heading, the balances before and after in lines of their own') },
          },
        },
      },
    },
    async handler({ params, query, headers }, reply) {
      const { account } = await accountOf(asId(params.id));
      const from = parseInstantField(query.from, 'from');
      const to = parseInstantField(query.to, 'to') ?? clock.now();
      if (from >= to) throw refused('from', 'an instant before to');
      const { opening, moves } = await store.read('accountMoves', { account: customerAccount(account.id), from, to });
      const statement = toStatementDto(account.id, statementOf(opening, moves, from, to));
      if (headers.accept?.includes('text/csv') !== true) return statement;
      return reply.type('text/csv; charset=utf-8').serializer(String).send(statementCsv(statement));
    },
  });

  app.route({
    method: 'GET',
    url: '/accounts/:id/balance',
    config,
    schema: {
      operationId: 'getBalanceAt',
      summary: 'The balance just before an instant: the sum of all that was posted earlier',
      tags,
      params: IdParams,
      querystring: Moment,
      response: {
        200: Type.Object({ accountId: text('Whose it is'), at: instant('The instant'), balance: yuan('Sum of its postings until then') }),
      },
    },
    async handler({ params, query }) {
      const { account } = await accountOf(asId(params.id));
      const at = parseInstantField(query.at, 'at');
      const { opening } = await store.read('accountMoves', { account: customerAccount(account.id), from: at, to: at });
      return { accountId: account.id, at: formatInstant(at), balance: formatMoney(opening) };
    },
  });

  app.route({
    method: 'GET',
    url: '/accounts/:id/entries',
    config,
    schema: {
      operationId: 'listEntries',
      summary: 'Journal entries of an account, newest first',
      tags,
      params: IdParams,
      querystring: PageQuery,
      response: { 200: pageOf<EntryDto>('Entry') },
    },
    handler: async ({ params, query }) => {
      const { account } = await accountOf(asId(params.id));
      const asked = customerAccount(account.id);
      return toPage(await store.read('entries', { ...pageAsk(query), account: asked }), (entry) => toEntryDto(entry, asked));
    },
  });
};
