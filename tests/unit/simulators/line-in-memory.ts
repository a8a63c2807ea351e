/** One meter (or more) on a line in memory: hex in, hex out, on a clock that only the test moves. */
import { type Faults, NO_FAULTS } from '../../../simulators/faults/faults.ts';
import type { FrameLog, HeardFrame } from '../../../simulators/frame-log.ts';
import { createSharedLine } from '../../../simulators/lines/shared-line.ts';
import { zoneNamed } from '../../../simulators/meter/dial.ts';
import { createMeter, type MeterOptions, type VirtualMeter } from '../../../simulators/meter/meter.ts';
import { instantOf, parseInstant } from '../../../src/kernel/clock.ts';
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts';

/** 11:30:00 in Shanghai, in the flat tariff T3 until 17:00; a Tuesday. */
export const START = parseInstant('2026-11-24T03:30:00Z') ?? instantOf(0);
export const ADDRESS = '000012345678';

/** 10.00 kWh = 1.00 + 2.00 + 3.00 + 4.00; draws 3.6 kW, so 0.01 kWh every ten seconds. */
export function meterOf(options: Partial<MeterOptions> & Pick<MeterOptions, 'clock'>): VirtualMeter {
  return createMeter({
    zone: zoneNamed('Asia/Shanghai'),
    address: ADDRESS,
    profile: 'plain',
    password: '02123456',
    tariffs: [100, 200, 300, 400],
    load: new Uint16Array(96).fill(3600),
    loadFactor: 1,
    clockOffsetMs: 0,
    clockDriftPpm: 0,
    tripDelayMinutes: 0,
    pressButtonAfterMs: undefined,
    wakeUpBytes: 0,
    ...options,
  });
}

export interface LineInMemory {
  readonly clock: ManualClock;
  readonly meter: VirtualMeter;
  readonly log: readonly HeardFrame[];
  /** Sends a frame and returns what came back at once, each chunk as spaced hex. */
  ask(hex: string): readonly string[];
  /** What has come back since the last look. */
  heard(): readonly string[];
}

export function lineInMemory(options: Partial<MeterOptions> = {}, faults: Faults = NO_FAULTS): LineInMemory {
  const clock = createManualClock(START);
  const meter = meterOf({ clock, ...options });
  const log: HeardFrame[] = [];
  const frameLog: FrameLog = { write: (frame) => void log.push(frame), close: () => undefined };
  const chunks: string[] = [];
  const end = createSharedLine({ meters: [meter], clock, faults, log: frameLog, pacing: undefined }).connect(
    (bytes) => void chunks.push(spaced(bytes)),
  );
  const heard = () => chunks.splice(0);
  return {
    clock,
    meter,
    log,
    heard,
    ask(text) {
      end.hear(bytesOf(text));
      return heard();
    },
  };
}

export const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
export const spaced = (bytes: Uint8Array): string => (Buffer.from(bytes).toString('hex').toUpperCase().match(/../g) ?? []).join(' ');
