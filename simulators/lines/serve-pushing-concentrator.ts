/**
 * A concentrator that reads its meters by itself and pushes what they say: a sample of each in every round, kept until the broker has
 * acknowledged the envelope that carries it. While the broker is away samples gather; then they go in batches, oldest first.
 *
 *     readings  {"v":1,"run","seq","sentAt","samples":[{"port","meter","readAt","values":[…]}]}, QoS 1
 */
import { connect } from 'mqtt';
import { type CancelTimer, type Clock, formatInstant } from '../../src/kernel/clock.ts';
import type { VirtualMeter } from '../meter/meter.ts';
import type { ServedLine } from './served-line.ts';

export interface PushingConcentratorOptions {
  /** `mqtt://HOST:PORT`. */
  readonly broker: string;
  readonly concentrator: string;
  readonly clock: Clock;
  /** Its login at the broker, under its own name. */
  readonly password?: string;
  readonly meters: readonly VirtualMeter[];
  readonly everyMs: number;
  /** `{concentrator}` stands for its name. */
  readonly topic?: string;
  /** Publishes an envelope so many times; once where absent. */
  readonly times?: number;
}

const DEFAULT_TOPIC = 'feikong/v1/concentrators/{concentrator}/readings';
const RECONNECT_MS = 200;
const SAMPLES_A_BATCH = 100;
/** A day of a meter a minute; then the oldest are lost. */
const SAMPLES_KEPT = 10_000;
/** The total, then T1 to T4, as `registers` gives them. */
const REGISTERS = ['1-0:1.8.0', '1-0:1.8.1', '1-0:1.8.2', '1-0:1.8.3', '1-0:1.8.4'];

export function servePushingConcentrator(options: PushingConcentratorOptions): ServedLine {
  const { broker, concentrator, clock, password, meters, everyMs, topic = DEFAULT_TOPIC, times = 1 } = options;
  const kept: object[] = [];
  const run = formatInstant(clock.now());
  let seq = 0;
  let isSending = false;
  let cancelRound: CancelTimer = () => undefined;
  const client = connect(broker, {
    reconnectPeriod: RECONNECT_MS,
    ...(password === undefined ? {} : { username: concentrator, password }),
  });
  client.on('error', () => undefined); // it dials again by itself
  client.on('connect', () => void send());

  /** The library delivers again what was not acknowledged before the connection was lost. */
  async function send(): Promise<void> {
    if (isSending) return;
    isSending = true;
    while (kept.length > 0 && client.connected) {
      const samples = kept.splice(0, SAMPLES_A_BATCH);
      const payload = JSON.stringify({ v: 1, run, seq: seq++, sentAt: formatInstant(clock.now()), samples });
      const acknowledged = Array.from({ length: times }, () =>
        client.publishAsync(topic.replaceAll('{concentrator}', concentrator), payload, { qos: 1 }),
      );
      const outcomes = await Promise.allSettled(acknowledged);
      if (outcomes.some(({ status }) => status === 'rejected')) break; // it was closed
    }
    isSending = false;
  }

  function round(): void {
    cancelRound = clock.after(everyMs, round);
    for (const meter of meters) kept.push(sampleOf(meter, clock));
    kept.splice(0, Math.max(0, kept.length - SAMPLES_KEPT));
    void send();
  }

  round();
  return {
    listening: `${broker}/${concentrator}`,
    async close() {
      cancelRound();
      await client.endAsync(true);
    },
  };
}

function sampleOf(meter: VirtualMeter, clock: Clock): object {
  const registers = meter.registers();
  return {
    port: 1,
    meter: meter.address,
    readAt: formatInstant(clock.now()),
    values: REGISTERS.map((register, index) => ({ register, value: kwh(registers[index] ?? 0), unit: 'kWh', quality: 'good' })),
  };
}

/** From whole hundredths. */
const kwh = (hundredths: number) => `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')}`;
