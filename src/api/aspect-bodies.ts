/** What a correction of each aspect may say: closed objects; what will be sealed comes as plain text. */
import Type, { type TSchema } from 'typebox';
import { COLUMNS, plainOf } from '../archivefiles/columns.ts';
import { type AspectName, CONTACT_CHANNELS, CUSTOMER_CLASSES, GUARANTEE_FORMS, SETTLEMENT_METHODS } from '../core/model/archive.ts';
import { ENERGY_LINES } from '../core/model/stated-plan.ts';
import type { PlainValue } from '../core/services/archive-book.ts';
import type { Zone } from '../kernel/local-time.ts';
import { refused } from './parse.ts';
import { closed, idField, instantField, reasonField } from './requests.ts';

const words = (what: string) => Type.String({ minLength: 1, maxLength: 200, description: `${what}, in 1 to 200 characters` });
/** Answers show the ends of what is sealed with `*` between them: whoever sends that back means what he does not have. */
const unmasked = (what: string) =>
  Type.String({ pattern: '^[^*]{1,200}$', description: `${what} in full, in 1 to 200 characters without *` });
const oneOf = (choices: readonly string[]) =>
  Type.Union(
    choices.map((choice) => Type.Literal(choice)),
    { description: `one of ${choices.join(', ')}` },
  );
const count = (what: string, maximum: number) =>
  Type.Integer({ minimum: 1, maximum, description: `${what}, a whole number from 1 to ${maximum}` });
const object = (fields: Record<string, TSchema>) => Type.Object(fields, closed);
const optional = Type.Optional;

const CYCLE = object({
  readingDay: count('a day of the month', 28),
  instalmentDays: Type.Array(count('a day of the month', 28), {
    maxItems: 27,
    description: 'days of the month on which an instalment is billed',
  }),
});

const VALUES: Readonly<Record<AspectName, TSchema>> = {
  identity: object({
    name: optional(words('a name')),
    address: optional(words('an address')),
    document: optional(unmasked('a number')),
    property: optional(unmasked('a number')),
  }),
  contacts: object({
    contacts: Type.Array(
      object({
        channel: oneOf(CONTACT_CHANNELS),
        address: unmasked('a number or address'),
        working: Type.Boolean({ description: 'true or false' }),
      }),
      { maxItems: 10 },
    ),
  }),
  parties: object({ customerId: idField('a customer id'), accountId: idField('an account id') }),
  terms: object({
    settlementMethod: optional(oneOf(SETTLEMENT_METHODS)),
    settlementTime: optional(words('a time')),
    breachLiability: optional(words('what late payment costs')),
    temporary: Type.Boolean({ description: 'true or false' }),
  }),
  feeControl: object({
    number: words('a number'),
    signedOn: optional(Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\d$', description: 'a day, as 2026-11-24' })),
  }),
  guarantee: object({
    form: oneOf(GUARANTEE_FORMS),
    amount: optional(Type.String({ pattern: '^\\d{1,12}(\\.\\d{1,2})?$', description: 'yuan in whole fen as a decimal string' })),
    holder: optional(words('a name')),
  }),
  contract: object({ contractId: idField('a contract id') }),
  class: object({ customerClass: oneOf(CUSTOMER_CLASSES) }),
  capacity: object({ voltAmperes: count('volt-amperes', 1_000_000_000) }),
  demand: object({ contractedWatts: count('watts', 1_000_000_000), measuredWatts: optional(count('watts', 1_000_000_000)) }),
  metering: object({ side: oneOf(['low', 'high']) }),
  ratio: object({ current: count('CT', 100_000), voltage: count('PT', 100_000) }),
  meter: object({ number: words('a number') }),
  tariff: object({ tariff: idField('a tariff id') }),
  place: object({
    district: optional(idField('a district id')),
    feeder: optional(idField('a feeder id')),
    address: optional(words('an address')),
  }),
  largeFamily: object({ persons: count('persons', 99) }),
  protection: object({ reason: words('a reason') }),
  importance: object({ grade: Type.Union([Type.Literal(1), Type.Literal(2)], { description: '1 or 2' }) }),
  feeder: object({ name: words('a name'), district: optional(idField('a district id')) }),
  district: object({ name: words('a name') }),
  cycle: CYCLE,
  districtCycle: CYCLE,
  rates: object({
    rates: Type.Array(
      object({
        component: oneOf(ENERGY_LINES.map(({ component }) => component)),
        price: Type.String({ pattern: '^\\d{1,6}(\\.\\d{1,8})?$', description: 'yuan per kWh as a decimal string' }),
      }),
      { minItems: 1, maxItems: 6 },
    ),
  }),
  planFile: object({ digest: words('a digest') }),
};

export const correctionBody = (aspect: AspectName) =>
  Type.Object(
    {
      periods: Type.Array(
        Type.Object(
          {
            from: optional(instantField('since when it holds; absent: always')),
            to: optional(instantField('until when; absent: no end')),
            value: Type.Unsafe<PlainValue>(VALUES[aspect]),
          },
          closed,
        ),
        { maxItems: 200, description: 'up to 200 periods: all that is to be believed, over all time' },
      ),
      reason: reasonField('why it is corrected'),
    },
    closed,
  );

interface Personal {
  readonly document?: string;
  readonly contacts?: readonly { readonly channel: NumberKind; readonly address: string }[];
}
type NumberKind = 'document' | (typeof CONTACT_CHANNELS)[number];

/**
 * A value with its personal numbers as an import reads them: equal ones are sealed equal, however they were written.
 *
 * @param value as its schema has it
 * @param field where it stands in the body
 */
export function withPersonalNumbers(value: PlainValue, field: string): PlainValue {
  const { document, contacts } = value as Personal;
  return {
    ...value,
    ...(document === undefined ? {} : { document: readNumber('document', document, `${field}.document`) }),
    ...(contacts === undefined
      ? {}
      : {
          contacts: contacts.map((contact, index) => ({
            ...contact,
            address: readNumber(contact.channel, contact.address, `${field}.contacts.${index}.address`),
          })),
        }),
  };
}

function readNumber(kind: NumberKind, text: string, field: string): string {
  const { read, expected } = COLUMNS[kind];
  const number = read(plainOf(text), ANY_ZONE);
  if (number === undefined) throw refused(field, expected);
  return number;
}

/** No number hangs on a zone. */
const ANY_ZONE = { zone: 'UTC' as Zone };
