/** What a line at its limit owes to everyone on it, over a real socket and a real pty; counted in exchanges. */
import { describe, expect, test } from 'vitest';
import { plusMs } from '../../src/kernel/clock.ts';
import { type FullLine, type OpenLink, openFullLine, overPty, overTcp } from './full-line.ts';

const METERS = 128;
const CYCLES = 20;
const RELAY = 0x1c;

const LINKS: readonly (readonly [string, OpenLink])[] = [
  ['a TCP socket', overTcp],
  ['a pty', overPty],
];

const addressesOf = ({ town }: FullLine, fits: (index: number) => boolean): ReadonlySet<string> =>
  new Set(town.filter((_, index) => fits(index)).map(({ address }) => address));

describe.each(LINKS)('128 meters polled without a pause over %s', (_name, open) => {
  test('lose at most five per cent of their cycle to the ten per cent that are dead', async (context) => {
    const isDead = (index: number) => index % 10 === 4;
    const line = await openFullLine(context, open, { meters: METERS, isDead });
    const dead = addressesOf(line, isDead);
    const healthy = METERS - dead.size;
    const silent = () => line.health().meters.filter(({ state }) => state === 'silent').length;
    await line.nextRequest(() => silent() === dead.size);
    // Four attempts each find them out; by the last, the first are being probed.
    expect(line.heard.filter(({ address }) => dead.has(address)).length).toBeLessThan(5 * dead.size);

    const from = { heard: line.heard.length, atMs: line.clock.monotonicMs(), answeredMs: line.answeredMs(), polls: new Map(line.polls) };
    await line.nextRequest(() => line.heard.length >= from.heard + CYCLES * healthy);
    const probes = line.heard.slice(from.heard).filter(({ address }) => dead.has(address)).length;
    const answeredMs = line.answeredMs() - from.answeredMs;
    const lostMs = line.clock.monotonicMs() - from.atMs - answeredMs;
    expect(probes).toBeGreaterThan(0);
    expect(lostMs / answeredMs).toBeLessThanOrEqual(0.05);
    // Nobody pays for them alone: each healthy meter has had its turn in every cycle.
    const turns = [...line.polls].map(([address, polls]) => polls - (from.polls.get(address) ?? 0));
    expect(turns).toHaveLength(healthy);
    expect(Math.max(...turns) - Math.min(...turns)).toBeLessThanOrEqual(1);
  });

  test('let a trip wait for the exchange on the line and for no other, be that a dead meter’s', async (context) => {
    const isDead = (index: number) => index === 50;
    const line = await openFullLine(context, open, { meters: METERS, isDead });
    const dead = addressesOf(line, isDead);
    const victims = line.town.filter((_, index) => index % 16 === 0);
    for (const victim of victims) {
      await line.nextRequest(({ address }) => (victim === victims[3] ? dead.has(address) : !dead.has(address)));
      const onLine = line.heard.length;
      const order = { action: 'trip', expiresAt: plusMs(line.clock.now(), 300_000) } as const;
      const tripped = line.driver.operateRelay(line.meterOf(victim), order, { priority: 'trip' });
      expect(await tripped).toEqual({ ok: true, value: 'accepted' });
      expect(line.heard[onLine]).toEqual({ address: victim.address, control: RELAY });
      expect(victim.relay()).toBe('open');
    }
    expect(line.heard.filter(({ control }) => control === RELAY)).toHaveLength(victims.length);
  });
});
