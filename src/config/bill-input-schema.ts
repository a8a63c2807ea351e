/** What `feikong bill` and `feikong late-fee` are asked: one schema each gives types, validation and the JSON schemas of docs/. */
import Type, { type Static, type TSchema } from 'typebox';

const closed = { additionalProperties: false } as const;
const instant = (description: string) =>
  Type.String({ description: `${description}: RFC 3339, or a local day for its midnight in \`zone\`; in the years 1970 to 9998` });
/** What a decimal of an input looks like, and how a person is told. */
export const DECIMAL = {
  pattern: '^\\d{1,15}(\\.\\d{1,6})?$',
  form: 'a decimal from zero on, as 120.50, with at most 15 whole digits and 6 decimals',
} as const;
const decimal = (description: string) =>
  Type.Union([Type.String({ pattern: DECIMAL.pattern, description: DECIMAL.form }), Type.Number({ minimum: 0 })], { description });
const whole = (description: string) =>
  Type.Union(
    [
      Type.String({ pattern: '^[1-9]\\d{0,8}$', description: 'a whole number from 1 on, as 40, with at most 9 digits' }),
      Type.Integer({ minimum: 1, maximum: 999_999_999 }),
    ],
    { description },
  );
const opt = <Schema extends TSchema>(schema: Schema) => Type.Optional(schema);
const dated = {
  from: instant('First instant in force'),
  to: opt(instant('First instant no more in force; until the next one begins where absent')),
};
const registerValues = (description: string, names: string) =>
  Type.Union(
    [
      Type.Record(Type.String(), decimal('kWh or kvarh')),
      Type.Array(Type.Object({ register: Type.String(), value: decimal('kWh or kvarh') }, closed)),
      decimal('kWh of the total register'),
    ],
    { description: `${description}; of the total, or of each register by its OBIS code or name: ${names}` },
  );
const Registers = registerValues('Registers', 'total, sharp, peak, flat, valley, deepValley, reactive, reactiveExport');
const Class = Type.String({ minLength: 1, maxLength: 64 });
const Zone = Type.String({ default: 'Asia/Shanghai', description: 'IANA time zone of the meter point' });

export const BillInputSchema = Type.Object(
  {
    $schema: opt(Type.String()),
    zone: Zone,
    class: Class,
    period: Type.Object({ from: instant('Beginning'), to: instant('End, not included') }, closed),
    previousPeriod: opt(
      Type.Union(
        [
          Type.Object(
            {
              from: opt(instant('Beginning')),
              to: opt(instant('End')),
              quantity: opt(
                registerValues(
                  'kWh after the ratio, as the readings from `from` to `to` show it where absent',
                  'total, sharp, peak, flat, valley, deepValley',
                ),
              ),
            },
            closed,
          ),
          decimal('Its quantity'),
          Type.Null(),
        ],
        { description: 'Charged where the last reading is missing (F74): its quantity, or from and to' },
      ),
    ),
    yearToDate: opt(decimal('kWh after the ratio that the step year used before the period, where the readings do not reach back')),
    meteringSide: Type.Union([Type.Literal('low'), Type.Literal('high')], {
      default: 'low',
      description: 'Losses are added on the low side only',
    }),
    meters: Type.Array(
      Type.Object(
        {
          meter: Type.String({ minLength: 1, maxLength: 64 }),
          ...dated,
          first: opt(Registers),
          final: opt(Registers),
          digits: opt(
            Type.Integer({
              minimum: 3,
              maximum: 9,
              description:
                'Whole digits of its registers, which begin again at zero behind them; six, or as many as they show, where absent',
            }),
          ),
          decimals: Type.Integer({ minimum: 0, maximum: 6, default: 2 }),
          maximumKw: opt(decimal('The most that it carries at its own side of the ratio times the ratio; bounds a roll-over')),
        },
        closed,
      ),
      { default: [], description: 'Where empty, the one meter that is read hung all the time' },
    ),
    ratios: Type.Array(
      Type.Object(
        {
          ...dated,
          ratio: opt(whole('CT × PT')),
          ct: opt(whole('Current ratio')),
          pt: opt(whole('Voltage ratio; 1 where absent')),
          currentRatio: opt(whole('The same as ct')),
          voltageRatio: opt(whole('The same as pt')),
        },
        closed,
      ),
      { default: [], description: '1 where empty' },
    ),
    capacities: Type.Array(Type.Object({ ...dated, kva: decimal('kVA') }, closed), { default: [] }),
    demands: Type.Array(
      Type.Object({ ...dated, contractedKw: opt(decimal('kW')), measuredKw: opt(decimal('kW, the highest of the period')) }, closed),
      { default: [], description: 'A day with a demand in force at its end pays for demand, any other for capacity' },
    ),
    largeFamily: Type.Array(
      Type.Object(
        {
          ...dated,
          persons: opt(Type.Integer({ minimum: 1, description: 'For the record' })),
          perMonth: opt(decimal('kWh a month; the tariff’s where absent')),
        },
        closed,
      ),
      {
        default: [],
      },
    ),
    free: Type.Array(Type.Object({ ...dated, perMonth: opt(decimal('kWh a month; the tariff’s where absent')) }, closed), {
      default: [],
      description: 'Entitlement to a free quantity',
    }),
    opened: Type.Union([Type.Array(Type.Object(dated, closed)), Type.Object(dated, closed), instant('When supply began')], {
      default: [],
      description: 'When the customer was supplied; steps by year go by started months where it does not fill the year',
    }),
    readings: Type.Array(
      Type.Object(
        {
          id: opt(Type.String()),
          meter: opt(Type.String()),
          register: Type.String({ default: '1-0:1.8.0' }),
          at: instant('When it was measured'),
          value: decimal('kWh or kvarh, before the ratio'),
          supersedes: opt(
            Type.Union([Type.String(), Type.Number(), Type.Boolean()], {
              description:
                'id of the reading that it corrects, or its instant, or its value at the same instant; true: whatever else is there',
            }),
          ),
          heardAt: opt(instant('When it arrived; as measured where absent. For --day-by-day')),
        },
        closed,
      ),
      { maxItems: 200_000 },
    ),
  },
  { ...closed, title: 'Input of feikong bill' },
);
export type BillInputFile = Static<typeof BillInputSchema>;

export const LateFeeInputSchema = Type.Object(
  {
    $schema: opt(Type.String()),
    zone: Zone,
    class: Class,
    principal: opt(decimal('Yuan that are overdue, in whole fen')),
    amount: opt(decimal('The same as principal')),
    due: opt(instant('The last day on which it could be paid without a fee')),
    dueDate: opt(instant('The same as due')),
    until: opt(instant('The last day that counts')),
    asOf: opt(instant('The same as until')),
    ratePermille: opt(decimal('Of the principal a day, by contract, in place of the dated rates')),
    payments: Type.Array(
      Type.Object({ at: instant('Day of payment; it counts with the principal of its morning'), amount: decimal('Yuan') }, closed),
      { default: [] },
    ),
    cap: opt(decimal('Yuan: by contract never more')),
  },
  { ...closed, title: 'Input of feikong late-fee' },
);
