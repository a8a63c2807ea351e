import { describe, expect, test } from 'vitest';
import type { Reply, Request } from '../../../../protocols/dlt645/index.ts';
import { fromHex, toHex } from '../../../../src/kernel/bytes.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { meterOf, START } from '../line-in-memory.ts';

const bytes = (hex: string) => fromHex(hex) ?? new Uint8Array(0);
const security = (di: string, body: string): Request => ({ kind: 'security', di, operator: '00000001', body: bytes(body) });
const sealed = (cipher: string, mac: string): Request => ({
  kind: 'sealed-relay',
  password: '98000000',
  operator: '00000007',
  cipher: bytes(cipher),
  mac: bytes(mac),
});

/*
 * Worked out with openssl's command line, as in the test of the software signer: under the key of 000012345678,
 * 04F8BD4CF25B57854DDC8C24F58586D6. The MACs begin with the random number of the first session, FIRST.
 */
const FIRST = '3FDBD1FB';
const AUTHENTICATE = security('070000FF', 'B878EC0F6DF8A77B 2122232425262728 0000000012345678');
const TRIP_UNTIL_NOON = '802313E09A6483339C087766267D529D';
const TRIP = sealed(TRIP_UNTIL_NOON, '105FCC47');
const TRIP_WITH_WRONG_MAC = sealed(TRIP_UNTIL_NOON, 'FFFFFFFF');
const THIRTY_MINUTES = security('070001FF', '3000 08209F6B');

const accepted: Reply = { kind: 'accepted', function: 0x1c, data: new Uint8Array(0) };
const refused: Reply = { kind: 'refused', function: 0x1c, error: 0x04, errorBytes: 1 };
const securityRefused = (error: number): Reply => ({ kind: 'refused', function: 0x03, error, errorBytes: 2 });

function stateGrid(options: { clockOffsetMs?: number } = {}) {
  const clock = createManualClock(START);
  const meter = meterOf({ clock, profile: 'state-grid', password: '04123456', ...options });
  return { clock, meter, ask: (request: Request) => meter.answer(request, 'own') };
}

describe('the ESAM of a State Grid meter', () => {
  test('answers whoever proves that he has its key with a random number and its serial', () => {
    const reply = stateGrid().ask(AUTHENTICATE);
    expect(reply?.kind === 'security' ? [reply.di, toHex(reply.body.subarray(0, 4)), reply.body.length] : reply).toEqual([
      '070000FF',
      FIRST,
      12,
    ]);
  });

  test.each([
    ['another cipher', 'B878EC0F6DF8A77C 2122232425262728 0000000012345678'],
    ['another factor', 'B878EC0F6DF8A77B 2122232425262728 0000000012345679'],
  ])('refuses a proof with %s', (_, body) => {
    expect(stateGrid().ask(security('070000FF', body))).toEqual(securityRefused(0x08));
  });

  test('opens the relay by a sealed trip in a session, and notes the operator', () => {
    const { ask, meter } = stateGrid();
    ask(AUTHENTICATE);
    expect(ask(TRIP)).toEqual(accepted);
    expect(meter.relay()).toBe('open');
    // 1D000201: operator of the last trip
    expect(ask({ kind: 'read', di: '1D000201' })).toMatchObject({ kind: 'read', value: bytes('07 00 00 00') });
  });

  test('opens nothing without a session, nor after five minutes of it', async () => {
    const { ask, clock, meter } = stateGrid();
    expect(ask(TRIP)).toEqual(refused);
    ask(AUTHENTICATE);
    await clock.advance(299_999);
    expect(ask(THIRTY_MINUTES)).toMatchObject({ kind: 'security', di: '070001FF' });
    await clock.advance(1);
    expect(ask(TRIP)).toEqual(refused);
    expect(ask(THIRTY_MINUTES)).toEqual(securityRefused(0x08));
    expect(meter.relay()).toBe('closed');
  });

  test('keeps a session for as long as the validity says that was set before it', async () => {
    const { ask, clock } = stateGrid();
    ask(AUTHENTICATE);
    ask(THIRTY_MINUTES);
    ask(AUTHENTICATE);
    await clock.advance(1_799_999);
    expect(ask(security('070001FF', '0000 00000000'))).toEqual(securityRefused(0x01));
    await clock.advance(1);
    expect(ask(security('070001FF', '0000 00000000'))).toEqual(securityRefused(0x08));
  });

  test('does not take the command of one session in the next', () => {
    const { ask, meter } = stateGrid();
    ask(AUTHENTICATE);
    ask(AUTHENTICATE);
    expect(ask(TRIP)).toEqual(refused);
    expect(meter.relay()).toBe('closed');
  });

  test('suspends remote control at the third wrong MAC, whatever comes then', () => {
    const { ask, meter } = stateGrid();
    ask(AUTHENTICATE);
    for (let attempt = 0; attempt < 2; attempt++) expect(ask(TRIP_WITH_WRONG_MAC)).toEqual(refused);
    expect(ask(security('070001FF', '3000 FFFFFFFF'))).toEqual(securityRefused(0x04));
    expect(ask(TRIP)).toEqual(refused);
    expect(ask(AUTHENTICATE)).toEqual(securityRefused(0x100));
    expect(meter.relay()).toBe('closed');
  });

  test('does not get past a deadline that is over by the clock of the meter, or past keep-power', () => {
    const late = stateGrid({ clockOffsetMs: 1_801_000 });
    late.ask(AUTHENTICATE);
    expect(late.ask(TRIP)).toMatchObject({ kind: 'refused', error: 0x01 });
    const kept = stateGrid();
    kept.meter.setKeepPower(true);
    kept.ask(AUTHENTICATE);
    expect(kept.ask(TRIP)).toMatchObject({ kind: 'refused', error: 0x01 });
    expect(kept.meter.relay()).toBe('closed');
  });

  test('is not there in a plain meter', () => {
    const meter = meterOf({ clock: createManualClock(START) });
    expect(meter.answer(AUTHENTICATE, 'own')).toEqual(securityRefused(0x01));
    expect(meter.answer(TRIP, 'own')).toEqual(refused);
  });
});
