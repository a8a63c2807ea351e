import type { LineConfig } from '../../config/load.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { SimulatedMeter } from '../simulated-config.ts';
import { lineOf } from '../simulated-line.ts';
import { metersOfTown, type SimulatedTown } from './town.ts';

/** Which meters hang on which line, and what their customers open with. */
export interface DemoPlan {
  readonly lines: readonly Pick<LineConfig, 'id' | 'name' | 'transport'>[];
  readonly meters: readonly SimulatedMeter[];
}

export const CONCENTRATOR = 'concentrator-1';
/** Another town for the concentrator, so that its addresses are its own. */
export const CONCENTRATOR_SEED_STEP = 500_000_000;
const NAMES: Readonly<Record<string, string>> = {
  tcp: 'DTU over TCP',
  serial: 'RS-485, a pseudo-terminal',
  mqtt: 'concentrator over MQTT',
};
/** The first customers are soon out of money, the others last longer, so that the town stays alive. */
const FIRST_OPENING_FEN = 1100;
const OPENING_STEP_FEN = 450;

/** The wired town is running; the concentrator's meters are known by their seed, and join once the gateway's broker is up. */
export function planDemo(wired: SimulatedTown, seed: number, tunnelled: number, clock: Clock): DemoPlan {
  const lines = wired.lines.map((listening, index) => lineEntry(`line-${index + 1}`, lineOf(listening)));
  const tunnel = lineEntry(`line-${lines.length + 1}`, { type: 'mqtt', concentrator: CONCENTRATOR });
  const meters = [
    ...wired.meters.map(({ address, password, line }) => ({ address, password, line: lines[wired.lines.indexOf(line)]?.id ?? '' })),
    ...metersOfTown(seed + CONCENTRATOR_SEED_STEP, tunnelled, clock).map((meter) => ({ ...meter, line: tunnel.id })),
  ];
  return {
    lines: [...lines, tunnel],
    meters: meters.map((meter, index) => ({ ...meter, openingPayment: openingOf(index), restoreBy: index % 4 === 3 ? 'arm' : 'close' })),
  };
}

const lineEntry = (id: string, transport: LineConfig['transport']) => ({ id, name: NAMES[transport.type] ?? id, transport });

const openingOf = (index: number): string => ((FIRST_OPENING_FEN + OPENING_STEP_FEN * index) / 100).toFixed(2);
