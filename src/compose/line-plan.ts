import type { Config } from '../config/load.ts';
import { OperatorError } from '../kernel/app-error.ts';
import { pollCostOf } from './poll-cost.ts';

/** Refuses polls that cannot fit their line even if every meter answers at once, with the arithmetic. */
export function refuseOverfullLines({ lines, points, tariffs }: Pick<Config, 'lines' | 'points' | 'tariffs'>): void {
  for (const line of lines) {
    const polls = points
      .filter(({ meter }) => meter.lineId === line.id)
      .map((point) => ({ ...pollCostOf(line, point, tariffs.get(point.meterPoint.tariff)), everyMs: point.pollIntervalMs }));
    const share = polls.reduce((sum, { ms, everyMs }) => sum + ms / everyMs, 0);
    const [first] = polls;
    if (share <= 1 || first === undefined) continue;
    throw new OperatorError(
      'config-invalid',
      `line ${line.id}: ${polls.length} meters need ${Math.round(share * 100)} % of it (${Math.round(first.ms)} ms a poll ${first.basis}); poll less often, raise the speed, or move meters to another line`,
      { line: line.id },
    );
  }
}
