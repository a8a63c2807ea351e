import { formatValue, type Value } from '../../../protocols/dlt645/index.ts';
import type { RegisterAnswer } from '../../core/ports/meter-gateway.ts';

/** A value as an answer bears it: a number exact, all else as it is shown. */
export function said(value: Value | null | undefined): Pick<RegisterAnswer, 'value' | 'text'> {
  if (value?.kind === 'number') return { value: value.decimal };
  return { value: undefined, text: value == null ? undefined : formatValue(value) };
}
