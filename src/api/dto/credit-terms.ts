import Type, { type Static } from 'typebox';
import type { AccountView } from '../../core/ports/queries.ts';
import { formatMoney } from '../../kernel/units.ts';
import { text, yuan } from './fields.ts';

export const CreditTermsSchema = Type.Object(
  {
    accountId: text('Whose they are'),
    emergencyLimit: yuan('How far emergency credit goes; 0.00 where nothing was agreed'),
    recoveryShare: Type.Integer({ description: 'Whole percent of each payment that goes to debts; 100 where nothing was agreed' }),
  },
  { $id: 'CreditTerms' },
);
export type CreditTermsDto = Static<typeof CreditTermsSchema>;

export const toCreditTermsDto = ({ account, funds: { emergencyLimit, recoveryShare } }: AccountView): CreditTermsDto => ({
  accountId: account.id,
  emergencyLimit: formatMoney(emergencyLimit),
  recoveryShare,
});
