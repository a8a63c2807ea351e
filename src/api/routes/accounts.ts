import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { customerAccount } from '../../core/model/journal.ts';
import { type AccountId, asId } from '../../kernel/ids.ts';
import type { ApiDeps } from '../deps.ts';
import { type AccountDto, toAccountDto } from '../dto/account.ts';
import { type EntryDto, toEntryDto } from '../dto/entry.ts';
import { pageOf, ref, toPage } from '../dto/fields.ts';
import { ProblemError } from '../problem-error.ts';
import { IdParams, PageQuery, pageAsk } from '../requests.ts';

const config = { scopes: ['accounts:read'] as const };
const tags = ['money'];

export const accountRoutes: FastifyPluginAsyncTypebox<Pick<ApiDeps, 'store'>> = async (app, { store }) => {
  const accountOf = async (accountId: AccountId) => {
    const view = await store.read('account', { accountId });
    if (view === undefined) throw new ProblemError('not-found', { detail: 'No account has this id' });
    return view;
  };

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
