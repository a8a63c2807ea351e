import { describe, expect, test } from 'vitest';
import { createFaults } from '../../../../simulators/faults/faults.ts';
import { type FaultKind, parseFaults } from '../../../../simulators/faults/faults-file.ts';
import { ANSWER, ASK } from '../frames.ts';
import { ADDRESS, lineInMemory } from '../line-in-memory.ts';

const faultsOf = (faults: readonly object[], seed = '1') => createFaults(parseFaults({ faults }, 'test'), seed);
const lineWith = (kind: FaultKind, more: object = {}) => lineInMemory({}, faultsOf([{ meter: '*', kind, ...more }]));

describe('faults', () => {
  test('silence: the meter neither acts nor answers', () => {
    const { ask, meter, log } = lineWith('silence');
    expect(ask(ASK.trip)).toEqual([]);
    expect(meter.relay()).toBe('closed');
    expect(log).toEqual([
      { at: '2026-11-24T03:30:00.000Z', address: ADDRESS, control: '1C', di: null, code: '1A', answered: false, relay: 'closed' },
    ]);
  });

  test('lost reply: the meter acts and says nothing', () => {
    const { ask, meter, log } = lineWith('lostReply', { on: 'relay' });
    expect(ask(ASK.trip)).toEqual([]);
    expect(meter.relay()).toBe('open');
    expect(ask(ASK.relayState)).toEqual([ANSWER.open]);
    expect(log).toMatchObject([
      { code: '1A', answered: false, relay: 'open' },
      { control: '11', di: '04000503', code: null, answered: true, relay: 'open' },
    ]);
  });

  test('stuck relay: the meter accepts and nothing moves', () => {
    const { ask, log } = lineWith('stuckRelay', { limit: 1 });
    expect(ask(ASK.trip)).toEqual([ANSWER.relayAccepted]);
    expect(ask(ASK.relayState)).toEqual([ANSWER.closed]);
    expect(log[0]).toMatchObject({ answered: true, relay: 'closed' });
    ask(ASK.trip);
    expect(ask(ASK.relayState)).toEqual([ANSWER.open]);
  });

  test('delay: the answer comes later', async () => {
    const { ask, heard, clock } = lineWith('delay', { delayMs: 800 });
    expect(ask(ASK.relayState)).toEqual([]);
    await clock.advance(799);
    expect(heard()).toEqual([]);
    await clock.advance(1);
    expect(heard()).toEqual([ANSWER.closed]);
  });

  test('corrupt: exactly one byte is another one', () => {
    const [answer = ''] = lineWith('corrupt').ask(ASK.relayState);
    const changed = answer.split(' ').filter((pair, index) => pair !== ANSWER.closed.split(' ')[index]);
    expect(changed).toHaveLength(1);
  });

  test('split: the same bytes in several chunks', async () => {
    const { ask, heard, clock } = lineWith('split');
    const chunks = [...ask(ASK.relayState)];
    await clock.advance(20);
    chunks.push(...heard());
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.join(' ')).toBe(ANSWER.closed);
  });

  test('merge: one answer comes together with the next', () => {
    const { ask } = lineWith('merge', { limit: 1 });
    expect(ask(ASK.total)).toEqual([]);
    expect(ask(ASK.relayState)).toEqual([`${ANSWER.total10kWh} ${ANSWER.closed}`]);
  });

  test('echo: the request comes back first', () => {
    expect(lineWith('echo').ask(ASK.relayState)).toEqual([ASK.relayState, ANSWER.closed]);
  });

  test('wrong address: a whole frame that is not of this meter', () => {
    const [answer = ''] = lineWith('wrongAddress').ask(ASK.relayState);
    const pairs = answer.split(' ');
    expect(pairs.slice(1, 7)).not.toEqual(ANSWER.closed.split(' ').slice(1, 7));
    const sum = pairs.slice(0, -2).reduce((total, pair) => total + Number.parseInt(pair, 16), 0) % 256;
    expect(pairs.at(-2)).toBe(sum.toString(16).toUpperCase().padStart(2, '0'));
  });

  test('skip some frames, strike so many times, and only the meter that is named', () => {
    const faults = faultsOf([{ meter: ADDRESS, kind: 'silence', skip: 2, limit: 1 }]);
    const struck = (address: string) => Array.from({ length: 5 }, () => faults.strike(address, 'read').length);
    expect(struck(ADDRESS)).toEqual([0, 0, 1, 0, 0]);
    expect(struck('000012345679')).toEqual([0, 0, 0, 0, 0]);
  });

  test('strike only the data identifier that is named', () => {
    const faults = faultsOf([{ meter: '*', kind: 'lostReply', on: 'security', di: '070102FF', limit: 1 }]);
    const heard = [null, '070000FF', '070102FF', '070102FF'];
    expect(heard.map((di) => faults.strike(ADDRESS, 'security', di).length)).toEqual([0, 0, 1, 0]);
  });

  test('are the same for the same seed, whatever other meters hear meanwhile', () => {
    const rules = [{ meter: '*', kind: 'corrupt', probability: 0.3 }];
    const play = (seed: string, others: number) => {
      const faults = faultsOf(rules, seed);
      return Array.from({ length: 50 }, () => {
        for (let other = 0; other < others; other++) faults.strike('000000000007', 'read');
        return faults.strike(ADDRESS, 'read');
      });
    };
    expect(play('7', 3)).toEqual(play('7', 0));
    expect(play('8', 0)).not.toEqual(play('7', 0));
  });

  test('strike about as often as their probability says', () => {
    const faults = faultsOf([{ meter: '*', kind: 'silence', probability: 0.3 }]);
    const hits = Array.from({ length: 10_000 }, () => faults.strike(ADDRESS, 'read').length).reduce((sum, hit) => sum + hit, 0);
    expect(hits).toBeGreaterThan(2800);
    expect(hits).toBeLessThan(3200);
  });
});
