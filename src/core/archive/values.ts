/** From what a row says of an aspect, and what is believed of it, to its value: a blank cell leaves what is there. */
import { type AccountId, asId, type ContractId, type CustomerId } from '../../kernel/ids.ts';
import { assertNever } from '../../kernel/result.ts';
import type { AspectName, AspectValues, CONTACT_CHANNELS, Contact, Sealed } from '../model/archive.ts';
import type { Statement } from './statements.ts';

/** Seals a text, or answers what is there where it is the same text. */
export type SealText = (plain: string, before: Sealed | undefined) => Sealed;

/** @param before what is believed of the aspect at that instant */
export function saidValue(
  { aspect, fields }: Pick<Statement, 'aspect' | 'fields'>,
  before: AspectValues[AspectName] | undefined,
  seal: SealText,
): AspectValues[AspectName] {
  switch (aspect) {
    case 'identity':
      return identityOf(fields, before as AspectValues['identity'] | undefined, seal);
    case 'contacts':
      return { contacts: contactsOf(fields, (before as AspectValues['contacts'] | undefined)?.contacts ?? [], seal) };
    case 'parties': {
      const customerId = asId<CustomerId>(fields.customerId ?? '');
      const known = (before as AspectValues['parties'] | undefined)?.accountId;
      return { customerId, accountId: fields.accountId === undefined ? (known ?? asId<AccountId>(customerId)) : asId(fields.accountId) };
    }
    case 'terms': {
      const { settlementMethod, settlementTime, breachLiability, temporary } = fields;
      return { temporary: false, ...before, ...given({ settlementMethod, settlementTime, breachLiability, temporary }) };
    }
    case 'cycle':
      return {
        readingDay: 1,
        instalmentDays: [],
        ...before,
        ...given({ readingDay: fields.readingDay, instalmentDays: fields.instalmentDays }),
      };
    case 'feeControl':
      return { number: fields.agreementNumber ?? '', ...given({ signedOn: fields.agreementSignedOn }) };
    case 'guarantee':
      return {
        form: fields.guaranteeForm ?? 'deposit',
        ...given({ amount: fields.guaranteeAmount, holder: fields.guaranteeHolder }),
      };
    case 'contract':
      return { contractId: asId<ContractId>(fields.contractId ?? '') };
    case 'class':
      return { customerClass: fields.customerClass ?? 'other' };
    case 'capacity':
      return { voltAmperes: fields.voltAmperes ?? 0 };
    case 'demand':
      return { contractedWatts: 0, ...before, ...given({ contractedWatts: fields.contractedWatts }) };
    case 'metering':
      return { side: fields.meteringSide ?? 'high' };
    case 'ratio':
      return { current: 1, voltage: 1, ...before, ...given({ current: fields.currentRatio, voltage: fields.voltageRatio }) };
    case 'meter':
      return { number: fields.meterNumber ?? '' };
    case 'tariff':
      return { tariff: fields.tariff ?? '' };
    case 'place':
      return { ...before, ...given({ district: fields.district, feeder: fields.feeder }) };
    case 'largeFamily':
      return { persons: fields.persons ?? 1 };
    case 'protection':
      return { reason: fields.protection ?? '' };
    case 'importance':
      return { grade: fields.importance ?? 2 };
    case 'feeder':
      return { name: fields.feeder ?? '', ...given({ district: fields.district }) };
    case 'district':
      return { name: fields.district ?? '' };
    default:
      return assertNever(aspect);
  }
}

function identityOf(
  { name, address, document, property }: Statement['fields'],
  before: AspectValues['identity'] | undefined,
  seal: SealText,
): AspectValues['identity'] {
  return {
    ...before,
    ...given({ name, address }),
    ...(document === undefined ? {} : { document: seal(document, before?.document) }),
    ...(property === undefined ? {} : { property: seal(property, before?.property) }),
  };
}

/** One contact for each column; a number that stands in two columns is one way to reach somebody, not two. */
function contactsOf({ mobile, phone, email }: Statement['fields'], before: readonly Contact[], seal: SealText): readonly Contact[] {
  const given: Readonly<Record<(typeof CONTACT_CHANNELS)[number], string | undefined>> = {
    mobile,
    phone: phone === mobile ? undefined : phone,
    email,
  };
  return (['mobile', 'phone', 'email'] as const).flatMap((channel) => {
    const known = before.find((contact) => contact.channel === channel);
    const text = given[channel];
    if (text === undefined) return known ?? [];
    const address = seal(text, known?.address);
    return { channel, address, working: address === known?.address ? known.working : true };
  });
}

/** Without the fields that nothing is said of. */
function given<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]?: NonNullable<Fields[Name]>;
  };
}
