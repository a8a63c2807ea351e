import { findWritable } from '../../protocols/dlt645/index.ts';
import type { WantedError } from '../drivers/dlt645/wanted-values.ts';
import { type WriteReport, type WriteResult, writeItem } from '../drivers/dlt645/write-item.ts';
import { OperatorError } from '../kernel/app-error.ts';
import type { Clock } from '../kernel/clock.ts';
import { type BesideGateway, refuseBesideGateway } from './beside-gateway.ts';
import { COMMAND_EXIT } from './command-exit.ts';
import { METER_PASSWORD, readMeterPassword, requireMeterPassword } from './meter-password.ts';
import { failureOf, type MeterOptions, withMeter } from './meter-session.ts';
import { parseWanted } from './wanted.ts';

export interface WriteOptions extends MeterOptions, BesideGateway {
  readonly item: string;
  readonly value: string;
  readonly dryRun: boolean;
  readonly passwordFile?: string | undefined;
}

const EXIT: Readonly<Record<WriteResult, number>> = {
  planned: COMMAND_EXIT.done,
  unchanged: COMMAND_EXIT.done,
  written: COMMAND_EXIT.done,
  refused: COMMAND_EXIT.refused,
  unknown: COMMAND_EXIT.unknown,
};

/** Writes one item of one meter: read before, difference, one frame, read back. */
export async function writeMeterItem(
  options: WriteOptions,
  clock: Clock,
  environment: NodeJS.ProcessEnv,
): Promise<{ report: WriteReport & { readonly address: string }; exitCode: number }> {
  const { address, item, dryRun } = options;
  requireDlt6452007(options.protocol);
  if (!dryRun) refuseBesideGateway(options);
  const row = findWritable(item);
  if (row === undefined) {
    const expected = 'the name, the DI or the register of an item that a meter lets others set, as "alarm amount 1" or 04001001';
    throw new OperatorError('bad-request', `--item is ${item}; expected ${expected}`, { item });
  }
  const wanted = parseWanted(options.value);
  const source = { ...METER_PASSWORD, file: options.passwordFile };
  const password = dryRun ? readMeterPassword(source, environment) : requireMeterPassword(source, environment);
  return withMeter({ ...options, password }, clock, async (_, meter, bus) => {
    const report = await writeItem({ bus, clock, meter, row, wanted, dryRun, asking: { priority: 'on-demand' } });
    if (report.ok) return { report: { address, ...report.value }, exitCode: EXIT[report.value.result] };
    throw report.error.code === 'bad-wanted' ? wantedError(row.name, report.error) : failureOf(report.error, address);
  });
}

export function requireDlt6452007(protocol: string): void {
  if (protocol === 'dlt645-2007') return;
  throw new OperatorError('bad-request', `--protocol is ${protocol}; expected dlt645-2007: nothing else is written by this command`, {
    protocol,
  });
}

function wantedError(item: string, { field, given, expected }: WantedError): OperatorError {
  const place = field === undefined || field === item ? item : `${item}, ${field},`;
  return new OperatorError('bad-request', `--value for ${place} is ${given}; expected ${expected}`, { item, field });
}

/** The report for people: what came of it, and each field that differs. */
export function writeLines({ item, di, result, reason, difference }: WriteReport): readonly string[] {
  const changes = difference.map(({ field, unit, before, after }) => {
    const suffix = unit === '' ? '' : ` ${unit}`;
    return `  ${field}: ${before ?? 'no value'} -> ${after ?? 'not set'}${suffix}`;
  });
  return [`${item} (${di}): ${result}${reason === null ? '' : `, ${reason}`}`, ...changes];
}
