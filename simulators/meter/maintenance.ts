/** Functions 17 to 1B and 1D: what an installer does to a meter. */
import { ERROR_BIT, type MaintenanceRequest, type Reply, requestFunction } from '../../protocols/dlt645/index.ts';
import type { Instant } from '../../src/kernel/clock.ts';
import { ACT } from './acts.ts';
import { bcd, diBytes, energies, join } from './encode.ts';
import { outcome, refusal } from './outcome.ts';
import { SPEED_WORD_DI } from './parameters.ts';
import type { RelayRights } from './relay-command.ts';
import { programmingError } from './settings.ts';
import type { Works } from './works.ts';

type Request<Kind extends MaintenanceRequest['kind']> = Extract<MaintenanceRequest, { kind: Kind }>;

export function maintain(works: Works, request: MaintenanceRequest, rights: RelayRights, now: Instant): Reply {
  switch (request.kind) {
    case 'change-speed':
      return changeSpeed(works, request);
    case 'change-password':
      return changePassword(works, request, rights);
    case 'multi-function-output':
      return { kind: 'accepted', function: requestFunction(request), data: Uint8Array.of(OUTPUTS[request.output]) };
    default:
      return outcome(requestFunction(request), programmingError(works, request.password, rights) ?? clear(works, request, now));
  }
}

/** What 1D names, as the answer repeats it. */
const OUTPUTS = { 'seconds-pulse': 0, 'demand-period': 1, 'slot-switch': 2 } as const;

/** b1 600 … b6 19200. The line here has no speed of its own: the meter only keeps the word. */
function changeSpeed(works: Works, request: Request<'change-speed'>): Reply {
  const word = Uint8Array.of(2 ** (Math.log2(request.speed / 600) + 1));
  works.parameters.set(SPEED_WORD_DI, word);
  return { kind: 'accepted', function: requestFunction(request), data: word };
}

/** This meter has one password, of one level: no other can be changed, and this one only by who knows it. */
function changePassword(works: Works, request: Request<'change-password'>, rights: RelayRights): Reply {
  const { di, password, newPassword } = request;
  const code = requestFunction(request);
  const level = works.password.slice(0, 2);
  const denied = programmingError(works, password, rights);
  if (denied !== undefined) return refusal(code, denied);
  if (di !== `04000C${bcdPair(Number(level) + 1)}` || newPassword.slice(0, 2) !== level) return refusal(code, ERROR_BIT.other);
  works.password = newPassword;
  const pairs = newPassword.match(/../g) ?? [];
  const [own = '', ...rest] = pairs;
  return { kind: 'accepted', function: code, data: Uint8Array.from([own, ...rest.toReversed()], (two) => Number.parseInt(two, 16)) };
}

const bcdPair = (n: number) => n.toString(16).toUpperCase().padStart(2, '0');

const PHASES = 4;
const ENERGIES_OF_A_PHASE = 6;
const DEMAND_BYTES = 8;
const EVERYTHING = 'FFFFFFFF';

function clear(works: Works, request: Request<'clear-demand' | 'clear-meter' | 'clear-events'>, now: Instant): undefined {
  const shown = works.clock.dialAt(now);
  const note = (act: number, body: Uint8Array) => works.acts.note(act, shown, request.operator, body);
  switch (request.kind) {
    case 'clear-demand':
      // There is no demand in this meter: what it notes is zero.
      note(ACT.demandClear, new Uint8Array(PHASES * ENERGIES_OF_A_PHASE * DEMAND_BYTES));
      break;
    case 'clear-meter': {
      const [total = 0] = works.counter.registers();
      const used = energies([total, 0, 0, 0, 0, 0]);
      note(ACT.meterClear, join(used, used, bcd(used.length * 2, 0)));
      works.counter.clear();
      works.trips.clear();
      works.closings.clear();
      break;
    }
    case 'clear-events':
      note(ACT.eventClear, diBytes(request.di));
      if (request.di === EVERYTHING || request.di.startsWith('1D')) works.trips.clear();
      if (request.di === EVERYTHING || request.di.startsWith('1E')) works.closings.clear();
  }
  return undefined;
}
