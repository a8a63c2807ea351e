import type { Config } from '../config/load.ts';
import { OperatorError } from '../kernel/app-error.ts';
import { pollCostOf } from './poll-cost.ts';

/** How much of a line its polls need if every meter answers at once. */
export interface LinePlan {
  /** 1 is all of its time. */
  readonly share: number;
  /** The arithmetic, for a person; undefined where nothing is polled. */
  readonly arithmetic: string | undefined;
}

/** By the id of the line. */
export function planLines({ lines, points, tariffs }: Pick<Config, 'lines' | 'points' | 'tariffs'>): ReadonlyMap<string, LinePlan> {
  const pointsOf = Map.groupBy(points, ({ meter }) => meter.lineId as string);
  return new Map(
    lines.map((line): [string, LinePlan] => {
      const polls = (pointsOf.get(line.id) ?? []).map((point) => ({
        ...pollCostOf(line, point, tariffs.get(point.meterPoint.tariff)?.plan),
        everyMs: point.pollIntervalMs,
      }));
      const share = polls.reduce((sum, { ms, everyMs }) => sum + ms / everyMs, 0);
      const [first] = polls;
      if (first === undefined) return [line.id, { share, arithmetic: undefined }];
      const meters = polls.length === 1 ? '1 meter needs' : `${polls.length} meters need`;
      return [
        line.id,
        { share, arithmetic: `${meters} ${Math.round(share * 100)} % of it (${Math.round(first.ms)} ms a poll ${first.basis})` },
      ];
    }),
  );
}

/** Refuses polls that cannot fit their line even if every meter answers at once, with the arithmetic. */
export function refuseOverfullLines(plans: ReadonlyMap<string, LinePlan>): void {
  for (const [line, { share, arithmetic }] of plans) {
    if (share <= 1) continue;
    throw new OperatorError(
      'config-invalid',
      `line ${line}: ${arithmetic}; poll less often, raise the speed, or move meters to another line`,
      { line },
    );
  }
}
