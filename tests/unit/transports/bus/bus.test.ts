import { describe, expect, test } from 'vitest';
import { plusMs } from '../../../../src/kernel/clock.ts';
import { type BusOptions, createBus } from '../../../../src/transports/bus/bus.ts';
import type { Exchange, Priority } from '../../../../src/transports/bus/exchange.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { isRead, meterNumber, meterOf, readExchange, readReply, readRequest, relayExchange, relayReply } from '../dlt645-line.ts';
import { createMemoryLine, FAST_PORT } from '../memory-line.ts';

const A = meterNumber(1);
const B = meterNumber(2);
/** 40 characters both ways at 9600 (45.8 ms), the standard's 500 ms and 30 ms of margin. */
const WHOLE_WINDOW_MS = 576;

function busOn(settings: BusOptions['settings'] = {}) {
  const clock = createManualClock();
  const line = createMemoryLine(clock);
  const bus = createBus({ transport: line.transport, clock, settings });
  const ask = (exchange: Exchange, priority: Priority = 'on-demand') => bus.request(exchange, { priority });
  /** Which meters were written to, in order. */
  const asked = () => line.written.map(({ bytes }) => meterOf(bytes));
  return { clock, line, bus, ask, asked };
}

/** Every meter answers its reads after `delayMs`, except those that are named. */
function answerAll({ clock, line }: ReturnType<typeof busOn>, delayMs: number, dead: ReadonlySet<string> = new Set()) {
  line.onWrite = (bytes) => {
    const meter = meterOf(bytes);
    if (!dead.has(meter)) clock.after(delayMs, () => line.hear(isRead(bytes) ? readReply(meter) : relayReply(meter)));
  };
}

describe('An exchange on a bus', () => {
  test('ends with the frame that answers it', async () => {
    const { clock, line, ask } = busOn();
    const reading = ask(readExchange(A));
    await clock.advance(70);
    line.hear(readReply(A));
    expect(await reading).toEqual({ ok: true, value: { bytes: readReply(A).slice(4), sentAt: 0, heardAt: 70, repeated: false } });
  });

  test('is whole however the line cuts its reply', async () => {
    const { clock, line, ask } = busOn();
    const reading = ask(readExchange(A));
    await clock.advance(70);
    for (const byte of readReply(A)) line.hear(Uint8Array.of(byte));
    expect((await reading).ok).toBe(true);
  });

  test('lets the next one go in the same turn in which its last byte is heard', async () => {
    const { clock, line, ask, asked } = busOn();
    const first = ask(readExchange(A));
    void ask(readExchange(B));
    await clock.advance(70);
    expect(asked()).toEqual([A]);
    line.hear(readReply(A));
    await first;
    expect(asked()).toEqual([A, B]);
  });

  test('takes echo, other addresses and noise for what they are', async () => {
    const { clock, line, bus, ask } = busOn();
    const reading = ask(readExchange(A));
    await clock.advance(20);
    line.hear(readRequest(A), Uint8Array.of(0x00, 0x68, 0x11), readReply(B), readReply(A));
    expect((await reading).ok).toBe(true);
    expect(bus.health().counters).toMatchObject({ framesAccepted: 1, framesRefused: 2, noiseBytes: 3 });
  });

  test('waits for its whole window and one more turn before silence is called no-reply', async () => {
    const { clock, ask } = busOn({ repeats: 0 });
    let ended = false;
    const reading = ask(readExchange(A)).then((result) => {
      ended = true;
      return result;
    });
    await clock.advance(WHOLE_WINDOW_MS - 1);
    expect(ended).toBe(false);
    await clock.advance(1);
    expect(await reading).toEqual({ ok: false, error: { code: 'no-reply', sent: true } });
  });

  test('calls it garbled where bytes came that do not verify', async () => {
    const { clock, line, ask } = busOn({ repeats: 0 });
    const reading = ask(readExchange(A));
    await clock.advance(30);
    const corrupt = readReply(A);
    corrupt[20] = 0x77;
    line.hear(corrupt);
    await clock.advance(WHOLE_WINDOW_MS);
    expect(await reading).toEqual({ ok: false, error: { code: 'garbled', sent: true } });
  });

  test('does not wait for another reply where garbage as long as the reply came, and repeats the read at once', async () => {
    const { clock, line, ask } = busOn();
    const reading = ask(readExchange(A));
    await clock.advance(70);
    const corrupt = readReply(A);
    corrupt[20] = 0x77;
    line.hear(corrupt);
    await clock.settle();
    expect(line.written).toHaveLength(2);
    await clock.advance(70);
    line.hear(readReply(A));
    expect(await reading).toMatchObject({ ok: true, value: { sentAt: 70, heardAt: 140 } });
  });

  test('waits the whole window behind garbage where it is sent once', async () => {
    const { clock, line, ask } = busOn();
    const trip = ask(relayExchange(A), 'trip');
    await clock.advance(70);
    line.hear(new Uint8Array(40));
    await clock.advance(400);
    line.hear(relayReply(A));
    expect((await trip).ok).toBe(true);
  });

  test('calls it garbled where a reply broke off', async () => {
    const { clock, line, ask } = busOn({ repeats: 0 });
    const reading = ask(readExchange(A));
    await clock.advance(30);
    line.hear(readReply(A).slice(0, 15));
    await clock.advance(WHOLE_WINDOW_MS);
    expect(await reading).toEqual({ ok: false, error: { code: 'garbled', sent: true } });
  });

  test('finds the reply behind a false start that promised more bytes than came', async () => {
    const { clock, line, ask } = busOn({ repeats: 0 });
    const reading = ask(readExchange(A));
    await clock.advance(30);
    line.hear(Uint8Array.of(0x68, 1, 2, 3, 4, 5, 6, 0x68, 0x91, 0xc8), readReply(A));
    await clock.advance(WHOLE_WINDOW_MS);
    expect((await reading).ok).toBe(true);
  });

  test('that expects no reply ends when its bytes have left', async () => {
    const { clock, ask, line } = busOn();
    const broadcast = ask(readExchange('999999999999', { expectsReply: false, repeatable: false }));
    void ask(readExchange(A));
    await clock.advance(18);
    expect(line.written).toHaveLength(1);
    await clock.advance(1);
    expect((await broadcast).ok).toBe(true);
    expect(line.written).toHaveLength(2);
  });

  test('uses its own port settings where the meter has others than the line', async () => {
    const { clock, line, ask } = busOn();
    const port = { baudRate: 1200, dataBits: 8, parity: 'even', stopBits: 1 } as const;
    void ask(readExchange(A, { port }));
    await clock.settle();
    expect(line.written[0]?.port).toEqual(port);
  });

  test('rejects where its own code throws, and the line lives on', async () => {
    const { clock, line, ask } = busOn();
    const broken = ask(
      readExchange(A, {
        accepts() {
          throw new TypeError('broken codec');
        },
      }),
    );
    const rejection = expect(broken).rejects.toThrow('broken codec');
    await clock.settle();
    line.hear(readReply(A));
    await rejection;
    const next = ask(readExchange(B));
    await clock.settle();
    line.hear(readReply(B));
    expect((await next).ok).toBe(true);
  });
});

describe('After a time-out', () => {
  test('a read is repeated as often as the settings say', async () => {
    const { clock, ask, asked } = busOn({ repeats: 2 });
    const reading = ask(readExchange(A));
    await clock.advance(3 * WHOLE_WINDOW_MS);
    expect(await reading).toEqual({ ok: false, error: { code: 'no-reply', sent: true } });
    expect(asked()).toEqual([A, A, A]);
  });

  test('a frame that is not repeatable stays written once, whatever happens', async () => {
    const { clock, line, ask } = busOn({ repeats: 5 });
    const silence = ask(relayExchange(A), 'trip');
    await clock.advance(5000);
    expect(await silence).toEqual({ ok: false, error: { code: 'no-reply', sent: true } });
    const garbage = ask(relayExchange(A), 'trip');
    await clock.settle();
    line.hear(Uint8Array.of(1, 2, 3));
    await clock.advance(5000);
    expect(await garbage).toEqual({ ok: false, error: { code: 'garbled', sent: true } });
    const unplugged = ask(relayExchange(A), 'trip');
    await clock.settle();
    line.goDown();
    expect(await unplugged).toEqual({ ok: false, error: { code: 'line-down', sent: true } });
    line.goUp();
    await clock.advance(5000);
    expect(line.written).toHaveLength(3);
  });

  test('a late reply of one meter is never credited to another', async () => {
    const { clock, line, bus, ask } = busOn({ repeats: 0 });
    const fromA = ask(readExchange(A));
    await clock.advance(WHOLE_WINDOW_MS);
    expect(await fromA).toMatchObject({ ok: false });
    const fromB = ask(readExchange(B));
    await clock.settle();
    line.hear(readReply(A));
    await clock.settle();
    expect(bus.health().counters).toMatchObject({ framesRefused: 1, lateReplies: 1, framesAccepted: 0 });
    line.hear(readReply(B));
    expect(await fromB).toMatchObject({ ok: true, value: { bytes: readReply(B).slice(4) } });
  });

  test('a late reply is never credited to a newer request for another register of the same meter', async () => {
    const { clock, line, ask } = busOn({ repeats: 0 });
    void ask(readExchange(A, { di: '00010000' }));
    await clock.advance(WHOLE_WINDOW_MS);
    const relayState = ask(readExchange(A, { di: '04000503' }));
    await clock.settle();
    line.hear(readReply(A, '00010000'), readReply(A, '04000503'));
    expect(await relayState).toMatchObject({ ok: true, value: { bytes: readReply(A, '04000503').slice(4) } });
  });

  test('an early one, the line stays quiet for the rest of the window and drops the late reply', async () => {
    const { clock, line, bus, ask, asked } = busOn({ repeats: 0 });
    line.onWrite = () => clock.after(70, () => line.hear(readReply(A)));
    for (let taught = 0; taught < 20; taught++) {
      const reading = ask(readExchange(A));
      await clock.advance(70);
      await reading;
    }
    line.onWrite = () => undefined;
    const slow = ask(readExchange(A));
    const next = ask(readExchange(B));
    // 45.8 ms of characters, 1.5 × the 28.75 ms beyond the 36 characters of request and frame, 30 ms of margin
    await clock.advance(119);
    expect(await slow).toEqual({ ok: false, error: { code: 'no-reply', sent: true } });
    line.hear(readReply(A));
    await clock.advance(WHOLE_WINDOW_MS - 119 - 1);
    expect(asked().at(-1)).toBe(A);
    await clock.advance(1);
    expect(asked().at(-1)).toBe(B);
    line.hear(readReply(B));
    expect((await next).ok).toBe(true);
    expect(bus.health().counters).toMatchObject({ lateReplies: 1, timeouts: 1 });
  });
});

describe('The order on a bus', () => {
  test('is restore, trip, on-demand, scheduled by deadline, back-fill, probe', async () => {
    const context = busOn();
    answerAll(context, 70);
    const { clock, bus, ask, asked } = context;
    void ask(readExchange(meterNumber(99)));
    const scheduled = (meter: string, deadlineMs: number) =>
      bus.request(readExchange(meter), { priority: 'scheduled', deadline: plusMs(clock.now(), deadlineMs) });
    void ask(readExchange(meterNumber(7)), 'probe');
    void ask(readExchange(meterNumber(6)), 'back-fill');
    void scheduled(meterNumber(5), 60_000);
    void scheduled(meterNumber(4), 30_000);
    void ask(readExchange(meterNumber(3)), 'on-demand');
    void ask(relayExchange(meterNumber(2)), 'trip');
    void ask(relayExchange(meterNumber(1)), 'restore');
    await clock.advance(8 * 70);
    expect(asked()).toEqual([99, 1, 2, 3, 4, 5, 6, 7].map(meterNumber));
  });

  test('lets a trip wait for one exchange at most during full polling', async () => {
    const context = busOn();
    answerAll(context, 70);
    const { clock, ask, asked } = context;
    for (let meter = 1; meter <= 128; meter++) void ask(readExchange(meterNumber(meter)), 'scheduled');
    await clock.advance(10 * 70 + 35);
    const before = asked().length;
    void ask(relayExchange(meterNumber(77)), 'trip');
    await clock.advance(70);
    expect(asked()[before]).toBe(meterNumber(77));
  });

  test('lets a trip go before the repeat of a read', async () => {
    const { clock, ask, asked } = busOn();
    void ask(readExchange(A), 'scheduled');
    await clock.advance(100);
    void ask(relayExchange(B), 'trip');
    await clock.advance(WHOLE_WINDOW_MS);
    expect(asked()).toEqual([A, B]);
  });

  test('refuses what is one too many and leaves other lanes open', async () => {
    const { ask, bus } = busOn({ queueLimits: { restore: 1, trip: 1, 'on-demand': 1, scheduled: 2, 'back-fill': 1, probe: 1 } });
    void ask(readExchange(A));
    void ask(readExchange(meterNumber(3)), 'scheduled');
    void ask(readExchange(meterNumber(4)), 'scheduled');
    expect(await ask(readExchange(meterNumber(5)), 'scheduled')).toEqual({ ok: false, error: { code: 'queue-full', sent: false } });
    void ask(relayExchange(B), 'restore');
    expect(bus.health().waiting).toMatchObject({ restore: 1, scheduled: 2 });
  });

  test('sends reads with the same key once while they wait, and raises them to the more urgent one', async () => {
    const context = busOn();
    answerAll(context, 70);
    const { clock, ask, asked } = context;
    void ask(readExchange(meterNumber(9)));
    void ask(readExchange(B), 'scheduled');
    const keyed = () => readExchange(A, { coalesceKey: `${A}:00010000` });
    const both = [ask(keyed(), 'back-fill'), ask(keyed(), 'on-demand')];
    await clock.advance(3 * 70);
    expect((await Promise.all(both)).map(({ ok }) => ok)).toEqual([true, true]);
    expect(asked()).toEqual([meterNumber(9), A, B]);
  });

  test('never joins a read to one that is on the wire already', async () => {
    const context = busOn();
    answerAll(context, 70);
    const { clock, ask, asked } = context;
    const keyed = () => readExchange(A, { coalesceKey: `${A}:00010000` });
    void ask(keyed());
    await clock.advance(35);
    void ask(keyed());
    await clock.advance(140);
    expect(asked()).toEqual([A, A]);
  });
});

describe('Withdrawing and expiring', () => {
  test('an exchange withdrawn before its turn is never written', async () => {
    const context = busOn();
    answerAll(context, 70);
    const { clock, bus, ask, asked } = context;
    void ask(readExchange(A));
    const withdrawal = new AbortController();
    const withdrawn = bus.request(relayExchange(B), { priority: 'trip', signal: withdrawal.signal });
    withdrawal.abort();
    expect(await withdrawn).toEqual({ ok: false, error: { code: 'cancelled', sent: false } });
    await clock.advance(1000);
    expect(asked()).toEqual([A]);
  });

  test('one that is on the wire ends with what is learned of it', async () => {
    const context = busOn();
    answerAll(context, 70);
    const { clock, bus } = context;
    const withdrawal = new AbortController();
    const trip = bus.request(relayExchange(A), { priority: 'trip', signal: withdrawal.signal });
    await clock.advance(35);
    withdrawal.abort();
    await clock.advance(35);
    expect((await trip).ok).toBe(true);
  });

  test('an exchange past its deadline is never written', async () => {
    const { clock, bus, ask, asked } = busOn();
    void ask(readExchange(A));
    const late = bus.request(relayExchange(B), { priority: 'trip', deadline: plusMs(clock.now(), 300) });
    await clock.advance(5000);
    expect(await late).toEqual({ ok: false, error: { code: 'command-expired', sent: false } });
    expect(asked()).not.toContain(B);
  });
});

describe('A line that is down', () => {
  test('fails at once what has no deadline', async () => {
    const { line, ask } = busOn();
    line.goDown();
    expect(await ask(readExchange(A))).toEqual({ ok: false, error: { code: 'line-down', sent: false } });
  });

  test('keeps what has a deadline, and sends it when it returns', async () => {
    const context = busOn();
    answerAll(context, 70);
    const { clock, line, bus, ask, asked } = context;
    const inFlight = ask(readExchange(A));
    const hasty = ask(readExchange(meterNumber(3)));
    const restore = bus.request(relayExchange(B), { priority: 'restore', deadline: plusMs(clock.now(), 60_000) });
    await clock.advance(10);
    line.goDown();
    expect(await inFlight).toEqual({ ok: false, error: { code: 'line-down', sent: true } });
    expect(await hasty).toEqual({ ok: false, error: { code: 'line-down', sent: false } });
    await clock.advance(30_000);
    line.goUp();
    await clock.advance(70);
    expect((await restore).ok).toBe(true);
    expect(asked()).toEqual([A, B]);
  });

  test('expires what it kept too long', async () => {
    const { clock, line, bus } = busOn();
    line.goDown();
    const restore = bus.request(relayExchange(B), { priority: 'restore', deadline: plusMs(clock.now(), 5_000) });
    await clock.advance(6_000);
    expect(await restore).toEqual({ ok: false, error: { code: 'command-expired', sent: false } });
  });

  test('that is closed refuses what waits', async () => {
    const { clock, bus, ask } = busOn();
    const inFlight = ask(relayExchange(A), 'trip');
    const waiting = ask(relayExchange(B), 'trip');
    await clock.settle();
    bus.close();
    expect(await inFlight).toEqual({ ok: false, error: { code: 'line-down', sent: true } });
    expect(await waiting).toEqual({ ok: false, error: { code: 'line-down', sent: false } });
    expect(await ask(readExchange(A))).toEqual({ ok: false, error: { code: 'line-down', sent: false } });
  });
});

describe('A silent meter', () => {
  /** Two exchanges of two attempts each. */
  async function silence(context: ReturnType<typeof busOn>) {
    const { clock, ask } = context;
    for (let round = 0; round < 2; round++) {
      const reading = ask(readExchange(A), 'scheduled');
      await clock.advance(2 * WHOLE_WINDOW_MS);
      await reading;
    }
  }

  test('answers scheduled reads by no-reply without costing the line', async () => {
    const context = busOn();
    await silence(context);
    const before = context.line.written.length;
    expect(await context.ask(readExchange(A), 'scheduled')).toEqual({ ok: false, error: { code: 'no-reply', sent: false } });
    expect(context.line.written).toHaveLength(before);
    expect(context.bus.health().meters).toEqual([{ meter: A, state: 'silent', failures: 4, nextProbeAt: 12_304 }]);
  });

  test('is always tried for restore, trip and a person', async () => {
    const context = busOn();
    await silence(context);
    const { clock, ask, asked } = context;
    const before = asked().length;
    for (const priority of ['restore', 'trip', 'on-demand'] as const) {
      const tried = ask(readExchange(A), priority);
      await clock.advance(WHOLE_WINDOW_MS);
      expect(await tried).toEqual({ ok: false, error: { code: 'no-reply', sent: true } });
    }
    expect(asked()).toHaveLength(before + 3);
  });

  test('is probed by a scheduled read after its back-off, and returns with its first answer', async () => {
    const context = busOn();
    await silence(context);
    const { clock, ask, bus } = context;
    await clock.advance(10_000);
    answerAll(context, 70);
    const probe = ask(readExchange(A), 'scheduled');
    await clock.advance(70);
    expect((await probe).ok).toBe(true);
    expect(bus.health().meters[0]).toMatchObject({ state: 'answering', failures: 0 });
  });

  test('waits twice as long after each probe that fails', async () => {
    const context = busOn();
    await silence(context);
    const { clock, ask, bus, asked } = context;
    await clock.advance(10_000);
    const probe = ask(readExchange(A), 'scheduled');
    await clock.advance(WHOLE_WINDOW_MS);
    expect(await probe).toEqual({ ok: false, error: { code: 'no-reply', sent: true } });
    expect(asked()).toHaveLength(5);
    expect(bus.health().meters[0]?.nextProbeAt).toBe(clock.now() + 20_000);
  });

  test('among ten per cent dead of 128 meters costs the healthy at most five per cent of their exchanges', async () => {
    const healthyExchanges = async (dead: ReadonlySet<string>) => {
      const context = busOn();
      answerAll(context, 70, dead);
      const { clock, ask, asked, bus } = context;
      const pollForEver = async (meter: string) => {
        for (;;) if (!(await ask(readExchange(meter), 'scheduled')).ok) await new Promise<void>((resolve) => clock.after(5_000, resolve));
      };
      for (let index = 0; index < 128; index++) if (dead.size > 0 || index % 10 !== 0) void pollForEver(meterNumber(index));
      await clock.advance(60_000);
      const from = asked().length;
      await clock.advance(300_000);
      const healthy = asked()
        .slice(from)
        .filter((meter) => !dead.has(meter)).length;
      bus.close();
      return { healthy, probes: asked().length - from - healthy };
    };
    const dead = new Set(Array.from({ length: 13 }, (_, index) => meterNumber(index * 10)));
    const alone = await healthyExchanges(new Set());
    const beside = await healthyExchanges(dead);
    expect(alone.healthy).toBe(4285);
    expect(beside.probes).toBeGreaterThan(13);
    expect(beside.healthy / alone.healthy).toBeGreaterThan(1 / 1.05 - 0.001);
  });
});

describe('What a bus shows', () => {
  test('is the share of the last minute in which the line was in use', async () => {
    const context = busOn();
    answerAll(context, 70);
    const { clock, ask, bus } = context;
    for (let second = 0; second < 60; second++) {
      void ask(readExchange(A));
      await clock.advance(1000);
    }
    expect(bus.health().occupancy).toBeCloseTo(0.07, 3);
    await clock.advance(61_000);
    expect(bus.health().occupancy).toBe(0);
  });

  test('is every frame and every noise as it passes', async () => {
    const clock = createManualClock();
    const line = createMemoryLine(clock);
    const seen: string[] = [];
    const bus = createBus({
      transport: line.transport,
      clock,
      onFrame: ({ direction, kind, bytes }) => seen.push(`${direction} ${kind} ${bytes.length}`),
    });
    const reading = bus.request(readExchange(A), { priority: 'on-demand' });
    await clock.settle();
    line.hear(Uint8Array.of(0), readReply(A));
    await reading;
    expect(seen).toEqual(['> frame 16', '< noise 1', '< frame 20']);
  });
});

// 3.5 characters of 11 bits at 9600 bit/s are 38.5 / 9.6 = 4.01 ms.
describe('The gap before an exchange', () => {
  test('is waited out after the last byte that was heard, and what is heard meanwhile answers nobody', async () => {
    const { clock, line, ask } = busOn();
    line.hear(Uint8Array.of(0x00));
    const reading = ask({ ...readExchange(A), gapCharacters: 3.5 });
    await clock.advance(4);
    expect(line.written).toEqual([]);
    line.hear(readReply(A));
    await clock.advance(1);
    expect(line.written).toHaveLength(1);
    line.hear(readReply(A));
    expect(await reading).toMatchObject({ ok: true, value: { heardAt: 5 } });
  });

  test('is reckoned with the settings of the exchange where it has its own', async () => {
    const { clock, line, ask } = busOn();
    line.hear(Uint8Array.of(0x00));
    // 38.5 bits at 1200 bit/s are 32.08 ms.
    void ask({ ...readExchange(A), gapCharacters: 3.5, port: { ...FAST_PORT, baudRate: 1200 } });
    await clock.advance(32);
    expect(line.written).toEqual([]);
    await clock.advance(1);
    expect(line.written).toHaveLength(1);
  });

  test('counts as use of the line', async () => {
    const { clock, line, bus, ask } = busOn();
    line.hear(Uint8Array.of(0x00));
    void ask({ ...readExchange(A), gapCharacters: 3500 });
    await clock.advance(4000);
    expect(line.written).toEqual([]);
    expect(bus.health().occupancy).toBe(1);
  });

  test('costs nothing on a line that is silent already, and a line that breaks in it has sent nothing', async () => {
    const { clock, line, ask } = busOn();
    void ask({ ...readExchange(A), gapCharacters: 3.5 });
    await clock.settle();
    expect(line.written).toHaveLength(1);
    line.hear(readReply(A));
    const next = ask({ ...readExchange(B), gapCharacters: 3.5 });
    await clock.advance(1);
    line.goDown();
    expect(await next).toEqual({ ok: false, error: { code: 'line-down', sent: false } });
  });
});
