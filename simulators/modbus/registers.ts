/** The registers of a Modbus meter as whoever starts a simulator says them: a register map without what only a reader needs. */
import Type, { type Static } from 'typebox';
import { type RegisterMap, TYPE_REGISTERS } from '../../protocols/modbus/index.ts';
import { OperatorError } from '../../src/kernel/app-error.ts';
import { parseDecimal } from '../../src/kernel/decimal.ts';

const closed = { additionalProperties: false } as const;
const address = Type.Integer({ minimum: 0, maximum: 0xffff, description: 'an address that travels, from 0' });
const word = Type.Integer({ minimum: 0, maximum: 0xffff });
const types = Object.keys(TYPE_REGISTERS) as (keyof typeof TYPE_REGISTERS)[];
const oneOf = <const Values extends readonly (string | number)[]>(values: Values) =>
  Type.Unsafe<Values[number]>({ enum: values, description: `one of ${values.join(', ')}` });

export const ModbusRegisters = Type.Object(
  {
    rows: Type.Array(
      Type.Object(
        {
          register: Type.String({ minLength: 1, description: 'an OBIS code, as 1-0:1.8.0' }),
          function: oneOf([3, 4]),
          address,
          type: oneOf(types),
          scale: Type.String({ default: '1', description: 'an exact decimal, as 0.01' }),
          unit: Type.String({ default: '' }),
        },
        closed,
      ),
      { minItems: 1 },
    ),
    relay: Type.Optional(
      Type.Object({ kind: oneOf(['holding', 'coil']), address, on: word, off: word, writeFunction: oneOf([5, 6, 16]) }, closed),
    ),
  },
  closed,
);

/** @errors config-invalid, thrown for the person at the keyboard */
export function mapOfRegisters({ rows, relay }: Static<typeof ModbusRegisters>): RegisterMap {
  return {
    name: 'simulated',
    rows: rows.map((row) => {
      const scale = parseDecimal(row.scale);
      if (!scale.ok || scale.value.unscaled === 0n)
        throw new OperatorError(
          'config-invalid',
          `simulation: the scale of ${row.register} is ${row.scale}; expected a decimal above zero`,
        );
      return { ...row, name: row.register, wordOrder: 'high-first', scale: scale.value, decimals: scale.value.scale, missing: [] };
    }),
    holes: [],
    maximumSpan: 125,
    maximumGap: 0,
    writable: relay === undefined ? [] : [relay.address],
    relay: relay === undefined ? undefined : { ...relay, readBack: { function: relay.kind === 'coil' ? 1 : 3, address: relay.address } },
  };
}
