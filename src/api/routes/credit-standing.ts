/** What is there of money that is no payment; the routes that move it are in `credit.ts`. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { guaranteeAccount, SUSPENSE_ACCOUNT } from '../../core/model/journal.ts';
import { asId } from '../../kernel/ids.ts';
import { formatMoney } from '../../kernel/units.ts';
import type { ApiDeps } from '../deps.ts';
import { type CreditTermsDto, toCreditTermsDto } from '../dto/credit-terms.ts';
import { type EntryDto, toEntryDto } from '../dto/entry.ts';
import { listOf, pageOf, ref, textOrNull, toPage, yuan } from '../dto/fields.ts';
import { IdParams, PageQuery, pageAsk } from '../requests.ts';
import { createAccountFinder } from './account-finder.ts';

const Guarantees = Type.Object({
  held: yuan('What is held now'),
  items: listOf<EntryDto>('Entry', 'What was taken and given back, newest first'),
  nextCursor: textOrNull('Where the next page begins; null on the last one'),
});
const config = { scopes: ['accounts:read', 'ledger:write'] as const };
const tags = ['money'];

export const creditStandingRoutes: FastifyPluginAsyncTypebox<Pick<ApiDeps, 'store'>> = async (app, { store }) => {
  const accountOf = createAccountFinder(store);

  app.route({
    method: 'GET',
    url: '/suspense',
    config,
    schema: {
      operationId: 'listSuspense',
      summary: 'Entries by which money lies in suspense, newest first: each is to be assigned, or given back',
      tags,
      querystring: PageQuery,
      response: { 200: pageOf<EntryDto>('Entry') },
    },
    handler: async ({ query }) =>
      toPage(await store.read('moneyInSuspense', pageAsk(query)), (entry) => toEntryDto(entry, SUSPENSE_ACCOUNT)),
  });

  app.route({
    method: 'GET',
    url: '/accounts/:id/guarantees',
    config,
    schema: {
      operationId: 'listGuarantees',
      summary: 'What is held as a security of an account, and the entries that it came and went by',
      tags,
      params: IdParams,
      querystring: PageQuery,
      response: { 200: Guarantees },
    },
    async handler({ params, query }) {
      const { account } = await accountOf(asId(params.id));
      const asked = guaranteeAccount(account.id);
      const held = formatMoney(await store.read('ledgerBalance', { account: asked }));
      return { held, ...toPage(await store.read('entries', { ...pageAsk(query), account: asked }), (entry) => toEntryDto(entry, asked)) };
    },
  });

  app.route({
    method: 'GET',
    url: '/accounts/:id/credit-terms',
    config,
    schema: {
      operationId: 'getCreditTerms',
      summary: 'How far emergency credit of an account goes, and which share of payments repays debts',
      tags,
      params: IdParams,
      response: { 200: ref<CreditTermsDto>('CreditTerms') },
    },
    handler: async ({ params }) => toCreditTermsDto(await accountOf(asId(params.id))),
  });
};
