/**
 * What may go wrong, as a file says it: `{ "faults": [ { "meter": "*", "kind": "delay", "probability": 0.1, "delayMs": 800 } ] }`.
 * Each rule is judged for each frame that its meter hears; several may strike at once.
 */
import { readFileSync } from 'node:fs';
import Type, { type Static } from 'typebox';
import { OperatorError } from '../../src/kernel/app-error.ts';
import { check } from '../check.ts';

export const FAULT_KINDS = {
  silence: 'the meter hears nothing: it does not act and does not answer',
  lostReply: 'the meter acts, its answer is lost',
  stuckRelay: 'a relay command is accepted and the relay does not move',
  delay: 'the answer comes delayMs later',
  corrupt: 'one byte of the answer is changed on its way',
  split: 'the answer comes in several chunks, delayMs apart (5 where not given)',
  merge: 'the answer is held back and comes in one chunk with the next one of its line',
  echo: 'the line returns the request before the answer',
  wrongAddress: 'the answer bears the address of another meter',
} as const;

export type FaultKind = keyof typeof FAULT_KINDS;

const kinds = Object.keys(FAULT_KINDS) as FaultKind[];

const FaultRule = Type.Object(
  {
    meter: Type.String({ pattern: '^(\\*|\\d{12}|\\d{1,3})$', description: 'the 12 digits of a meter, a Modbus unit, or * for each' }),
    kind: Type.Union(
      kinds.map((kind) => Type.Literal(kind)),
      { description: `one of ${kinds.join(', ')}` },
    ),
    on: Type.Union([Type.Literal('any'), Type.Literal('read'), Type.Literal('write'), Type.Literal('relay'), Type.Literal('security')], {
      default: 'any',
      description: 'any, read, write, relay or security: which frames it can strike',
    }),
    di: Type.Optional(
      Type.String({
        pattern: '^([0-9A-F]{4}|[0-9A-F]{8})$',
        description: '4 or 8 hex digits in capitals: only frames with this data identifier',
      }),
    ),
    probability: Type.Number({ minimum: 0, maximum: 1, default: 1, description: '0 to 1, of each frame' }),
    skip: Type.Integer({ minimum: 0, default: 0, description: 'so many frames of each meter pass first' }),
    limit: Type.Optional(Type.Integer({ minimum: 0, description: 'it strikes each meter so many times at most; without it, for ever' })),
    delayMs: Type.Integer({ minimum: 0, maximum: 600_000, default: 5, description: 'milliseconds, for delay and split' }),
  },
  { additionalProperties: false },
);

const FaultsFile = Type.Object({ faults: Type.Array(FaultRule, { maxItems: 1000 }) }, { additionalProperties: false });

export type FaultRule = Static<typeof FaultRule>;

/** Reads a fault file; a mistake in it is told by its path, its value and what was expected. */
export function readFaultsFile(file: string): readonly FaultRule[] {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OperatorError('config-invalid', `${file} cannot be read as JSON (${reason}); name a readable fault file`, { file }, error);
  }
  return parseFaults(value, file);
}

/** @param source what to call the value in an error */
export function parseFaults(value: unknown, source: string): readonly FaultRule[] {
  return check(FaultsFile, value, source).faults;
}
