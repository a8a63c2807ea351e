import { type Maintenance, type MaintenanceReport, maintain } from '../drivers/dlt645/maintain.ts';
import { OperatorError } from '../kernel/app-error.ts';
import type { Clock } from '../kernel/clock.ts';
import { type BesideGateway, refuseBesideGateway } from './beside-gateway.ts';
import { COMMAND_EXIT } from './command-exit.ts';
import { parseLinkTarget } from './link-target.ts';
import { METER_PASSWORD, NEW_METER_PASSWORD, readMeterPassword, requireMeterPassword } from './meter-password.ts';
import { failureOf, type MeterOptions, withMeter } from './meter-session.ts';
import { requireDlt6452007 } from './write.ts';

export interface MaintainOptions extends MeterOptions, BesideGateway {
  readonly passwordFile?: string | undefined;
  readonly newPasswordFile?: string | undefined;
  /** It cannot be undone, and whoever asks for it knows that. */
  readonly yes?: boolean | undefined;
}

const EXIT: Readonly<Record<MaintenanceReport['result'], number>> = {
  proven: COMMAND_EXIT.done,
  accepted: COMMAND_EXIT.done,
  refused: COMMAND_EXIT.refused,
  unknown: COMMAND_EXIT.unknown,
};

/** Asks one meter for what cannot be read back as it was written: speed, password, clearing, terminal. */
export async function maintainMeter(
  options: MaintainOptions,
  wanted: Maintenance,
  clock: Clock,
  environment: NodeJS.ProcessEnv,
): Promise<{ outcome: MaintenanceReport & { readonly address: string; readonly act: string }; exitCode: number }> {
  const { address } = options;
  requireDlt6452007(options.protocol);
  refuseBesideGateway(options);
  if (wanted.kind !== 'multi-function-output' && options.yes !== true) {
    throw new OperatorError(
      'bad-request',
      `--yes is missing: ${wanted.kind} of meter ${address} cannot be undone from here; say it to go on`,
    );
  }
  const source = { ...METER_PASSWORD, file: options.passwordFile };
  const isOpen = wanted.kind === 'multi-function-output' || wanted.kind === 'change-speed';
  const password = isOpen ? readMeterPassword(source, environment) : requireMeterPassword(source, environment);
  return withMeter({ ...options, password }, clock, async (_, meter, bus) => {
    const target = parseLinkTarget(options.link);
    const linePort = target.kind === 'serial' ? target.port : undefined;
    const report = await maintain({ bus, clock, meter, asking: { priority: 'on-demand' }, linePort }, wanted);
    if (!report.ok) throw failureOf(report.error, address);
    return { outcome: { address, act: wanted.kind, ...report.value }, exitCode: EXIT[report.value.result] };
  });
}

const SPEEDS = [600, 1200, 2400, 4800, 9600, 19200] as const;

export function speedOf(text: string): Maintenance {
  const speed = SPEEDS.find((one) => String(one) === text);
  if (speed === undefined) throw new OperatorError('bad-request', `--baud is ${text}; expected one of ${SPEEDS.join(', ')}`);
  return { kind: 'change-speed', speed };
}

const EVERY_EVENT = 'FFFFFFFF';

/** @param events which class of events; every one where nothing is said */
export function clearingOf(what: 'demand' | 'meter' | 'events', events: string | undefined): Maintenance {
  if (what !== 'events') {
    if (events !== undefined)
      throw new OperatorError('bad-request', `--events is ${events}; expected nothing: only events are cleared by class`);
    return { kind: `clear-${what}` };
  }
  const di = (events ?? EVERY_EVENT).toUpperCase();
  if (!/^[0-9A-F]{6}FF$/.test(di))
    throw new OperatorError('bad-request', `--events is ${events ?? ''}; expected a DI that ends in FF, as 03300DFF`);
  return { kind: 'clear-events', di };
}

/** The level stands in front of the new password, as in front of the one that permits it. */
export function newPasswordOf(file: string | undefined, environment: NodeJS.ProcessEnv): Maintenance {
  const newPassword = requireMeterPassword({ ...NEW_METER_PASSWORD, file }, environment);
  if (Number(newPassword.slice(0, 2)) > 9) {
    throw new OperatorError('bad-request', 'The new password has no level of a meter; expected 00 to 09 in front of its six digits');
  }
  return { kind: 'change-password', newPassword };
}

export function maintenanceLine({ act, result, reason, countBefore, countAfter }: MaintenanceReport & { readonly act: string }): string {
  const counts = countBefore === null ? '' : ` (count ${countBefore} -> ${countAfter ?? 'unknown'})`;
  return `${act}: ${result}${reason === null ? '' : `, ${reason}`}${counts}`;
}
