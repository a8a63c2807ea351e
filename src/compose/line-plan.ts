import type { Config, LineConfig, PointConfig } from '../config/load.ts';
import { OperatorError } from '../kernel/app-error.ts';
import { characterMs } from '../transports/port-settings.ts';

/** Characters of the three exchanges of a poll besides the values: 20 to ask (4 wake-up bytes and a 16-byte frame), 20 around an answer. */
const ASK_CHARACTERS = 20;
const ANSWER_CHARACTERS = 20;
const ENERGY_CHARACTERS = 4;
const POWER_CHARACTERS = 3;
const STATUS_CHARACTERS = 2;
const EXCHANGES = 3;
/** The shortest that a meter may think. @source DL/T 645-2007: reply delay 20 to 500 ms */
const REPLY_DELAY_MS = 20;

/** Refuses polls that cannot fit their line even if every meter answers at once, with the arithmetic. */
export function refuseOverfullLines({ lines, points, tariffs }: Pick<Config, 'lines' | 'points' | 'tariffs'>): void {
  for (const line of lines) {
    const polls = points.filter(({ meter }) => meter.lineId === line.id);
    const share = polls.reduce((sum, point) => sum + pollMs(line, registersOf(point, tariffs)) / point.pollIntervalMs, 0);
    if (share <= 1) continue;
    throw new OperatorError(
      'config-invalid',
      `line ${line.id}: ${polls.length} meters need ${Math.round(share * 100)} % of it (${polls[0] === undefined ? 0 : Math.round(pollMs(line, registersOf(polls[0], tariffs)))} ms a poll at ${line.port.baudRate} bit/s); poll less often, raise the speed, or move meters to another line`,
      { line: line.id },
    );
  }
}

function registersOf({ meterPoint }: PointConfig, tariffs: Config['tariffs']): number {
  return tariffs.get(meterPoint.tariff)?.rates.length ?? 1;
}

/** Energies in one block, power, and status word 3. A simulator does not think before it answers. */
function pollMs({ port, simulated }: LineConfig, registers: number): number {
  const characters =
    EXCHANGES * (ASK_CHARACTERS + ANSWER_CHARACTERS) + registers * ENERGY_CHARACTERS + POWER_CHARACTERS + STATUS_CHARACTERS;
  return characters * characterMs(port) + EXCHANGES * (simulated ? 0 : REPLY_DELAY_MS);
}
