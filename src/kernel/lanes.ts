import { err, type Result } from './result.ts';

/** What has no place to wait any more. */
export interface LaneFull {
  readonly code: 'overloaded';
}

export interface LaneLimits {
  /** Jobs of one key that run at a time. */
  readonly running: number;
  /** Jobs of one key that wait for their turn; the next one is refused. */
  readonly waiting: number;
}

interface Lane {
  running: number;
  readonly waiting: (() => void)[];
}

/** Jobs of one key take turns, in their order, so that a busy key holds up itself and not the others. */
export function createLanes(limits: LaneLimits): <T, E>(key: string, run: () => Promise<Result<T, E>>) => Promise<Result<T, E | LaneFull>> {
  const lanes = new Map<string, Lane>();
  const laneOf = (key: string): Lane => {
    const known = lanes.get(key);
    if (known !== undefined) return known;
    const lane: Lane = { running: 0, waiting: [] };
    lanes.set(key, lane);
    return lane;
  };
  return async (key, run) => {
    const lane = laneOf(key);
    if (lane.running >= limits.running) {
      if (lane.waiting.length >= limits.waiting) return err({ code: 'overloaded' });
      // Whoever ends hands his place on: the count stays as it is.
      await new Promise<void>((turn) => lane.waiting.push(turn));
    } else {
      lane.running += 1;
    }
    try {
      return await run();
    } finally {
      const next = lane.waiting.shift();
      if (next !== undefined) next();
      else if (--lane.running === 0) lanes.delete(key);
    }
  };
}
