import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false } as const;

const address = (description: string) =>
  Type.Union([Type.Integer({ minimum: 0, maximum: 65_536 }), Type.String({ pattern: '^0x[0-9A-F]{4}$' })], { description });

const Register = Type.Object(
  {
    register: Type.String({
      pattern: '^(\\d-\\d:\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|modbus:[0-9A-F]{4})$',
      description: 'OBIS code where one exists, else modbus: and the four hex digits of the address that travels (counted from 0)',
    }),
    name: Type.String({ minLength: 1, maxLength: 80 }),
    address: address('As the maker prints it: a number, or hex as 0x0156. `base` says what the maker counts from'),
    type: Type.Union(
      (['u16', 'i16', 'u32', 'i32', 'u64', 'i64', 'f32'] as const).map((type) => Type.Literal(type)),
      { description: 'u: unsigned, i: two’s complement, f: IEEE 754 float; the number of bits' },
    ),
    scale: Type.String({ pattern: '^\\d{1,9}(\\.\\d{1,9})?$', default: '1', description: 'Exact decimal: raw value × scale is in `unit`' }),
    decimals: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 6, description: 'Of the value. A float must say it; an integer has its scale’s at least' }),
    ),
    unit: Type.Union(
      (['', 'kWh', 'kvarh', 'kVAh', 'kW', 'kvar', 'kVA', 'V', 'A', 'Hz', '%', '°C'] as const).map((unit) => Type.Literal(unit)),
      { description: 'Ours, whatever the meter counts in: a meter of Wh has unit kWh and scale 0.001' },
    ),
    function: Type.Optional(Type.Union([Type.Literal(3), Type.Literal(4)], { description: 'Where it differs from the map’s' })),
    wordOrder: Type.Optional(Type.Union([Type.Literal('high-first'), Type.Literal('low-first')], { description: 'Where it differs' })),
    missing: Type.Optional(
      Type.Array(Type.String({ pattern: '^([0-9A-F]{4}){1,4}$' }), {
        description: 'Raw values, high word first, that mean "no value". Floats that are no number always do',
      }),
    ),
    comment: Type.Optional(Type.String()),
  },
  closed,
);

export const RegisterMapSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    name: Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)+$', maxLength: 64, description: 'maker-model, as the file is called' }),
    maker: Type.String({ minLength: 1 }),
    model: Type.String({ minLength: 1 }),
    source: Type.String({ minLength: 1, description: 'Where these facts come from' }),
    comment: Type.Optional(Type.String({ description: 'What could not be confirmed, and anything else worth knowing' })),
    function: Type.Union([Type.Literal(3), Type.Literal(4)], { description: '3 reads holding registers, 4 input registers' }),
    base: Type.Union([Type.Literal(0), Type.Literal(1)], {
      default: 0,
      description: 'What the maker counts addresses from; what travels is the address minus base',
    }),
    wordOrder: Type.Union([Type.Literal('high-first'), Type.Literal('low-first')], { default: 'high-first' }),
    maximumSpan: Type.Integer({ minimum: 1, maximum: 125, default: 125, description: 'Registers that one read may ask for' }),
    maximumGap: Type.Integer({
      minimum: 0,
      maximum: 124,
      default: 0,
      description: 'Registers without a row that may be read along between two rows; 0 joins only neighbours',
    }),
    holes: Type.Array(Type.Object({ from: address('First'), to: address('Last, included') }, closed), {
      default: [],
      description: 'Addresses that no read may touch',
    }),
    registers: Type.Array(Register, { minItems: 1, maxItems: 1000 }),
    writable: Type.Array(
      Type.Object(
        { address: address('Register or coil'), comment: Type.String({ minLength: 1, description: 'What writing it does' }) },
        closed,
      ),
      { default: [], description: 'The only addresses that are ever written' },
    ),
    relay: Type.Optional(
      Type.Object(
        {
          kind: Type.Union([Type.Literal('holding'), Type.Literal('coil')]),
          address: address('Where it is written; must be among `writable`'),
          on: Type.Integer({ minimum: 0, maximum: 65_535, description: 'Supply is on. A coil reads 1 and is written 65280' }),
          off: Type.Integer({ minimum: 0, maximum: 65_535 }),
          writeFunction: Type.Union([Type.Literal(5), Type.Literal(6), Type.Literal(16)]),
          readBack: Type.Optional(
            Type.Object(
              {
                function: Type.Union([Type.Literal(1), Type.Literal(2), Type.Literal(3), Type.Literal(4)]),
                address: address('Where its state is read'),
              },
              { ...closed, description: 'Where the state is read; without it where it is written' },
            ),
          ),
          comment: Type.Optional(Type.String()),
        },
        closed,
      ),
    ),
  },
  { ...closed, title: 'Feikong register map' },
);

export type RegisterMapFile = Static<typeof RegisterMapSchema>;
