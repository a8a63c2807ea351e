import { isModbus } from '../config/meter-protocol.ts';
import type { RelayAction } from '../core/model/command.ts';
import type { RelayReport, RelayState } from '../core/model/meter.ts';
import type { DriverMeter, MeterDriver } from '../drivers/driver.ts';
import { readBack } from '../drivers/read-back.ts';
import { OperatorError } from '../kernel/app-error.ts';
import { type Clock, plusMs, sleep } from '../kernel/clock.ts';
import { type BesideGateway, refuseBesideGateway } from './beside-gateway.ts';
import { COMMAND_EXIT } from './command-exit.ts';
import { failureOf, type MeterOptions, withMeter } from './meter-session.ts';

export interface RelayOptions extends MeterOptions, BesideGateway {
  readonly action: RelayAction;
}

export interface RelayOutcome {
  readonly action: RelayAction;
  /** The meter said yes to the frame. */
  readonly accepted: boolean;
  /** What it reports of its relay afterwards. */
  readonly relay: RelayState;
  /** What it says that it was last told, whoever told it. */
  readonly commanded: 'open' | 'closed' | 'unknown';
  readonly evidence: string;
}

/** The deadline in the frame: short, so that a frame that was caught cannot be replayed. */
const DEADLINE_MS = 2 * 60_000;
const READ_BACKS = 5;
const READ_BACK_EVERY_MS = 300;
const REACHED: Readonly<Record<RelayAction, readonly RelayState[]>> = { trip: ['open'], close: ['closed'], arm: ['armed', 'closed'] };

/** Sends one relay frame, once, and reads the relay back; no gate of fee control is asked. */
export async function operateRelay(options: RelayOptions, clock: Clock): Promise<{ outcome: RelayOutcome; exitCode: number }> {
  const { action } = options;
  refuseBesideGateway(options);
  if (!isModbus(options.protocol)) requireSignature(options);
  return withMeter(options, clock, async (driver, meter) => {
    const answer = await driver.operateRelay(meter, { action, expiresAt: plusMs(clock.now(), DEADLINE_MS) }, { priority: 'on-demand' });
    if (!answer.ok && !answer.error.sent) throw failureOf(answer.error, options.address);
    const refused = !answer.ok && (answer.error.code === 'meter-refused' || answer.error.code === 'wrong-password');
    const report = await readUntilReached(driver, meter, refused ? undefined : action, clock);
    const relay = report?.relay ?? 'unknown';
    const reached = REACHED[action].includes(relay) && report?.tripDelayed === false;
    const said = answer.ok ? 'accepted' : (answer.error.protocolError ?? answer.error.code);
    const outcome: RelayOutcome = {
      action,
      accepted: answer.ok,
      relay,
      commanded: commandedBy(report),
      evidence: `${said}; ${report?.evidence ?? 'no answer to the read-back'}`,
    };
    return { outcome, exitCode: refused ? COMMAND_EXIT.refused : reached ? COMMAND_EXIT.done : COMMAND_EXIT.unknown };
  });
}

/** A DL/T 645 command says who gives it; a Modbus register takes what is written by anybody. */
function requireSignature({ password, operator }: MeterOptions): void {
  if (password === undefined)
    throw new OperatorError('bad-request', '--password is missing; expected LLPPPPPP: two digits of level and six of password');
  if (operator === undefined) throw new OperatorError('bad-request', '--operator is missing; expected 8 digits, which the meter records');
}

/** The command state behind the relay state: an armed relay was told to close, a delayed trip to open. */
function commandedBy(report: RelayReport | undefined): RelayOutcome['commanded'] {
  if (report === undefined || report.relay === 'unknown') return 'unknown';
  return report.relay === 'open' || report.tripDelayed ? 'open' : 'closed';
}

/** Reads until the relay is where it was commanded to be, or gives the last answer. */
async function readUntilReached(
  driver: MeterDriver,
  meter: DriverMeter,
  action: RelayAction | undefined,
  clock: Clock,
): Promise<RelayReport | undefined> {
  let last: RelayReport | undefined;
  for (let attempt = 0; attempt < READ_BACKS; attempt++) {
    const answer = await readBack((asking) => driver.readRelay(meter, asking), { priority: 'on-demand' }, clock);
    if (answer.ok) last = answer.value;
    if (action === undefined || (last !== undefined && REACHED[action].includes(last.relay) && !last.tripDelayed)) return last;
    await sleep(clock, READ_BACK_EVERY_MS);
  }
  return last;
}
