import type { ScanListener, ScannedProtocol, ScanStep } from '../drivers/scan/scan.ts';
import { SCANNED_PROTOCOLS, type ScanPlan, scanLine } from '../drivers/scan/scan-line.ts';
import { OperatorError } from '../kernel/app-error.ts';
import type { Clock } from '../kernel/clock.ts';
import { ERROR_CODES } from '../kernel/error-codes.ts';
import type { PortSettings } from '../transports/port-settings.ts';
import { openLink } from './link.ts';
import { parseLinkTarget } from './link-target.ts';
import { readMapOption } from './map-option.ts';
import { printNote } from './output.ts';
import { portsToProbe } from './scan-ports.ts';

export interface ScanOptions {
  readonly link: string;
  /** All that the link can carry where none is named. */
  readonly protocol?: readonly string[];
  readonly units: string;
  readonly map?: string;
  readonly wait: string;
  readonly thorough: boolean;
}

/** A meter as it is printed; speed and parity are null where a converter owns the port. */
export interface FoundAnswer {
  readonly protocol: ScannedProtocol;
  readonly address: string | null;
  readonly speed: number | null;
  readonly parity: PortSettings['parity'] | null;
  readonly evidence: string;
}

/** 128 + SIGINT, as shells write it. */
export const SCAN_EXIT = { complete: 0, stopped: 130 } as const;

/** On a bare socket the frames of Modbus TCP would reach a serial line: they are sent only where they are asked for. */
const DEFAULT_PROTOCOLS: readonly ScannedProtocol[] = ['dlt645-2007', 'dlt645-1997', 'modbus-rtu'];
const LAST_UNIT = 247;
/** Of the steps of one search, how many are told. */
const STEPS_TOLD = 10;
const LONGEST_WAIT_MS = 10_000;

/** Looks for the meters of a line; each is told at once. Ends early at the signal, with what was found so far. */
export async function scan(options: ScanOptions, clock: Clock, tell: (found: FoundAnswer) => void, signal: AbortSignal): Promise<number> {
  const plan = planOf(options);
  const ownsPort = parseLinkTarget(options.link).kind === 'serial';
  const link = await openLink(options.link, clock, { replyDelayMs: waitOf(options.wait) });
  let count = 0;
  const listener: ScanListener = {
    found({ protocol, address, port, evidence }) {
      count += 1;
      tell({ protocol, address: address ?? null, speed: ownsPort ? port.baudRate : null, parity: ownsPort ? port.parity : null, evidence });
    },
    step(step) {
      if (isTold(step)) printNote(`${named(step, ownsPort)}: ${step.asking} (${step.done} of ${step.of})`);
    },
    unresolved: (left) => printNote(`${named(left, ownsPort)}: ${left.what}`),
  };
  try {
    const ended = await scanLine({ bus: link.bus, priority: 'on-demand', signal, listener }, plan);
    const found = `${count} ${count === 1 ? 'meter' : 'meters'} found`;
    if (ended.ok) {
      printNote(`${found}.`);
      return SCAN_EXIT.complete;
    }
    if (ended.error.code === 'cancelled') {
      printNote(`Stopped before the end; ${found} so far.`);
      return SCAN_EXIT.stopped;
    }
    const { meaning, remedy } = ERROR_CODES[ended.error.code];
    throw new OperatorError(
      ended.error.code,
      `The scan of ${options.link} broke off, ${found} so far: ${meaning.toLowerCase()}. ${remedy}`,
    );
  } finally {
    await link.close();
  }
}

const isTold = ({ done, of }: ScanStep) => done % Math.max(1, Math.floor(of / STEPS_TOLD)) === 0;

function named({ protocol, port }: { readonly protocol: string; readonly port: PortSettings }, ownsPort: boolean): string {
  const { baudRate, dataBits, parity, stopBits } = port;
  return ownsPort ? `${protocol} at ${baudRate} ${dataBits}${parity[0]?.toUpperCase()}${stopBits}` : protocol;
}

function planOf({ link, protocol = DEFAULT_PROTOCOLS, units, map, thorough }: ScanOptions): ScanPlan {
  const protocols = SCANNED_PROTOCOLS.filter((known) => protocol.includes(known));
  const stranger = protocol.find((name) => !protocols.some((known) => known === name));
  if (stranger !== undefined) throw wrong('--protocol', stranger, `one or more of ${SCANNED_PROTOCOLS.join(', ')}`);
  const isBareSocket = link.startsWith('tcp://');
  if (protocols.includes('modbus-tcp') && !isBareSocket) throw wrong('--link', link, 'tcp://HOST:PORT where modbus-tcp is looked for');
  return {
    protocols,
    ports: portsToProbe(link),
    units: unitsOf(units),
    map: map === undefined ? undefined : readMapOption(map),
    thorough,
  };
}

function unitsOf(text: string): ScanPlan['units'] {
  const [, first, last = first] = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(text) ?? [];
  const units = { from: Number(first), to: Number(last) };
  if (first === undefined || units.from < 1 || units.to > LAST_UNIT || units.from > units.to)
    throw wrong('--units', text, `units from 1 to ${LAST_UNIT}, as 1-32`);
  return units;
}

function waitOf(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > LONGEST_WAIT_MS) throw wrong('--wait', text, `milliseconds from 0 to ${LONGEST_WAIT_MS}`);
  return Number(text);
}

const wrong = (option: string, value: string, expected: string) =>
  new OperatorError('bad-request', `${option} is ${value}; expected ${expected}`, { option });
