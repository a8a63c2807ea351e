/** The one schema of a price plan file: types, validation, defaults and `config/tariff.schema.json` come from it. */
import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false } as const;
const price = (description: string) =>
  Type.String({ pattern: '^-?\\d{1,9}(\\.\\d{1,8})?$', description: `${description}, as a decimal in quotes` });
const amount = (description: string) =>
  Type.String({ pattern: '^\\d{1,12}(\\.\\d{1,6})?$', description: `${description}, as a decimal in quotes` });
const start = (description: string) =>
  Type.String({
    pattern: '^\\d{4}-\\d\\d-\\d\\d(T\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,3})?)?(Z|[+-]\\d\\d:\\d\\d))?$',
    description: `${description}: a local day, from its midnight in the meter point’s zone, or an RFC 3339 instant`,
  });
const monthAndDay = (description: string) => Type.String({ pattern: '^(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$', description });
const name = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' });
const percentBlocks = (description: string) =>
  Type.Array(
    Type.Object(
      {
        to: Type.String({ pattern: '^(0\\.\\d\\d|1\\.00)$', description: 'Power factor up to which the block goes' }),
        percent: price('Percent of the amount for each 0.01'),
      },
      closed,
    ),
    { default: [], description },
  );

const PeriodPrices = Type.Object(
  {
    sharp: Type.Optional(price('Yuan per kWh in sharp peak (尖), register 1-0:1.8.1')),
    peak: Type.Optional(price('Yuan per kWh in peak (峰), register 1-0:1.8.2')),
    flat: Type.Optional(price('Yuan per kWh in flat (平), register 1-0:1.8.3')),
    valley: Type.Optional(price('Yuan per kWh in valley (谷), register 1-0:1.8.4')),
    deepValley: Type.Optional(price('Yuan per kWh in deep valley (深谷), register 1-0:1.8.5')),
  },
  { ...closed, minProperties: 1 },
);
const Energy = Type.Union([price('Yuan per kWh, the whole day'), PeriodPrices], {
  description: 'One price, or one for each period of the day',
});

const TimeOfUse = Type.Object(
  {
    source: Type.Union([Type.Literal('auto'), Type.Literal('registers'), Type.Literal('intervals')], {
      default: 'auto',
      description:
        'registers: the meter’s own of each period; intervals: readings of the total at the boundaries; auto: registers where the meter has any that count',
    }),
    seasons: Type.Array(
      Type.Object(
        { name, from: monthAndDay('First day'), to: monthAndDay('Last day, included'), energy: Type.Optional(Energy) },
        { ...closed, description: '`energy` only where the prices of the season differ' },
      ),
      { default: [] },
    ),
    days: Type.Array(
      Type.Object(
        {
          seasons: Type.Array(name, { default: [], description: 'Every season where empty' }),
          on: Type.Array(
            Type.Union((['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun', 'holiday', 'special'] as const).map((day) => Type.Literal(day))),
            { minItems: 1, description: 'holiday and special by the calendar; they go before weekdays' },
          ),
          periods: Type.Array(Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d (sharp|peak|flat|valley|deepValley)$' }), {
            minItems: 1,
            description: 'As "07:00 peak", in order, the first at 00:00',
          }),
        },
        closed,
      ),
      { default: [], description: 'Needed where the meter does not keep the periods by itself; the first that fits counts' },
    ),
  },
  closed,
);

const Steps = Type.Object(
  {
    basis: Type.Union([Type.Literal('year'), Type.Literal('month')]),
    yearStart: Type.String({
      pattern: '^(0[1-9]|1[0-2])-(0[1-9]|1\\d|2[0-8])$',
      default: '01-01',
      description: 'MM-DD, the day at most 28',
    }),
    blocks: Type.Array(
      Type.Object(
        {
          upTo: Type.Optional(amount('kWh of one year or month; the last block has none')),
          add: price('Yuan per kWh added to the period’s price'),
        },
        closed,
      ),
      { minItems: 2, maxItems: 6 },
    ),
    largeFamilyPerMonth: Type.String({
      pattern: '^\\d{1,6}(\\.\\d{1,6})?$',
      default: '0',
      description: 'kWh a month by which every border rises (F77)',
    }),
  },
  closed,
);

const Version = Type.Object(
  {
    from: start('When it comes into force'),
    source: Type.Optional(Type.String({ description: 'The document that it follows' })),
    energy: Energy,
    timeOfUse: Type.Optional(TimeOfUse),
    steps: Type.Optional(Steps),
    freeQuantity: Type.Optional(
      Type.Object(
        { perMonth: amount('kWh'), classes: Type.Array(name, { default: [], description: 'Who has it without a dated entitlement' }) },
        closed,
      ),
    ),
    capacity: Type.Optional(Type.Object({ price: price('Yuan per kVA and month') }, closed)),
    demand: Type.Optional(
      Type.Object(
        {
          price: price('Yuan per kW and month'),
          tolerancePercent: Type.String({
            pattern: '^\\d{1,4}(\\.\\d{1,4})?$',
            default: '105',
            description: 'Of the contracted demand; unconfirmed (F82)',
          }),
          excessFactor: Type.String({
            pattern: '^\\d{1,2}(\\.\\d{1,4})?$',
            default: '2',
            description: 'On the price of what lies above; unconfirmed (F82)',
          }),
          highUse: Type.Optional(
            Type.Object(
              { kwhPerKva: amount('kWh per kVA and month'), factor: amount('On the price') },
              { ...closed, description: 'Unconfirmed (F82)' },
            ),
          ),
        },
        closed,
      ),
    ),
    powerFactor: Type.Optional(
      Type.Object(
        {
          base: Type.String({ pattern: '^0\\.\\d\\d$' }),
          below: percentBlocks('Walking down from the base'),
          above: percentBlocks('Walking up from the base; percent below zero'),
        },
        { ...closed, description: 'Power-factor adjustment (F83)' },
      ),
    ),
    losses: Type.Optional(
      Type.Object(
        {
          ironKwPerKva: Type.String({ pattern: '^\\d(\\.\\d{1,8})?$', default: '0' }),
          copperPercent: Type.String({ pattern: '^\\d{1,2}(\\.\\d{1,6})?$', default: '0', description: 'Of what was metered' }),
          linePercent: Type.String({
            pattern: '^\\d{1,2}(\\.\\d{1,6})?$',
            default: '0',
            description: 'Of what was metered with the transformer’s losses',
          }),
          reactiveIronKvarPerKva: Type.String({ pattern: '^\\d(\\.\\d{1,8})?$', default: '0' }),
          reactiveCopperPercent: Type.String({ pattern: '^\\d{1,3}(\\.\\d{1,6})?$', default: '0' }),
        },
        { ...closed, description: 'For a meter on the low side; the formula is unconfirmed (F86)' },
      ),
    ),
  },
  closed,
);

export const TariffFileSchema = Type.Object(
  {
    id: name,
    name: Type.Optional(Type.String()),
    source: Type.Optional(Type.String({ description: 'Where these figures come from' })),
    comment: Type.Optional(Type.String({ description: 'What could not be confirmed' })),
    classes: Type.Array(name, { default: [], description: 'Customer classes that it is for; any where empty' }),
    calendar: Type.Optional(Type.String({ description: 'Name of a file of config/calendars, or the path of one beside this file' })),
    versions: Type.Array(Version, { minItems: 1, maxItems: 200 }),
    funds: Type.Array(
      Type.Object(
        {
          component: Type.String({ pattern: '^fund:[a-z0-9-]{1,40}$' }),
          price: price('Yuan per kWh'),
          from: start('When it begins'),
          to: Type.Optional(start('When it ends, not included; where absent when the next price of its component begins')),
          exempt: Type.Array(name, { default: [], description: 'Classes that do not pay it' }),
        },
        closed,
      ),
      { default: [], description: 'Government funds and surcharges, each a line of its own (F85)' },
    ),
  },
  { ...closed, title: 'Feikong price plan' },
);
export type TariffFile = Static<typeof TariffFileSchema>;

const day = Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\d$' });
const Days = Type.Array(Type.Union([day, Type.Object({ from: day, to: day }, { ...closed, description: 'Both included' })]), {
  default: [],
});

export const CalendarFileSchema = Type.Object(
  {
    name,
    source: Type.Optional(Type.String()),
    years: Type.Array(
      Type.Object(
        {
          year: Type.Integer({ minimum: 2000, maximum: 2200 }),
          source: Type.Optional(Type.String()),
          holidays: Days,
          workdays: Type.Array(day, { default: [], description: 'Weekend days that are worked' }),
          special: Days,
        },
        { ...closed, description: 'A year that is not listed is unknown, and bills say so' },
      ),
    ),
  },
  { ...closed, title: 'Feikong holiday calendar' },
);

export const LateFeeFileSchema = Type.Object(
  {
    source: Type.Optional(Type.String()),
    rates: Type.Array(
      Type.Object(
        {
          from: day,
          classes: Type.Array(name, { default: [], description: 'Every other class where empty' }),
          sameYearPermille: amount('Of the principal, for each day in the year of the charge'),
          laterYearsPermille: amount('Of the principal, for each day in a later year'),
          minimum: Type.String({ pattern: '^\\d{1,6}\\.\\d\\d$', default: '0.00', description: 'Yuan: a fee below it is raised to it' }),
        },
        closed,
      ),
      { minItems: 1 },
    ),
  },
  { ...closed, title: 'Feikong late fees' },
);
