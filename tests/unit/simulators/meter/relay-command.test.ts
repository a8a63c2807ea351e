import { describe, expect, test } from 'vitest';
import { ANSWER, ASK } from '../frames.ts';
import { lineInMemory } from '../line-in-memory.ts';

describe('the relay of a virtual meter', () => {
  test('opens on a trip: no current, no power, and a record of who did it', () => {
    const { ask } = lineInMemory();
    expect(ask(ASK.relayState)).toEqual([ANSWER.closed]);
    expect(ask(ASK.trip)).toEqual([ANSWER.relayAccepted]);
    expect(ask(ASK.relayState)).toEqual([ANSWER.open]);
    expect(ask(ASK.current)).toEqual([ANSWER.noCurrent]);
    expect(ask(ASK.power)).toEqual([ANSWER.noPower]);
    expect(ask(ASK.tripCount)).toEqual([ANSWER.oneTrip]);
    expect(ask(ASK.tripOperator)).toEqual([ANSWER.tripByOperator1]);
  });

  test('closes at once on a close', () => {
    const { ask } = lineInMemory();
    ask(ASK.trip);
    expect(ask(ASK.close)).toEqual([ANSWER.relayAccepted]);
    expect(ask(ASK.relayState)).toEqual([ANSWER.closed]);
  });

  test("waits for the customer's button after an arm", () => {
    const { ask, meter } = lineInMemory();
    ask(ASK.trip);
    expect(ask(ASK.arm)).toEqual([ANSWER.relayAccepted]);
    expect(ask(ASK.relayState)).toEqual([ANSWER.armed]);
    meter.pressButton();
    expect(ask(ASK.relayState)).toEqual([ANSWER.closed]);
  });

  test('has a customer who presses by himself where that is asked for', async () => {
    const { ask, clock } = lineInMemory({ pressButtonAfterMs: 3000 });
    ask(ASK.trip);
    ask(ASK.arm);
    await clock.advance(2999);
    expect(ask(ASK.relayState)).toEqual([ANSWER.armed]);
    await clock.advance(1);
    expect(ask(ASK.relayState)).toEqual([ANSWER.closed]);
  });

  test('is not closed by the button while it is only open', () => {
    const { ask, meter } = lineInMemory();
    ask(ASK.trip);
    meter.pressButton();
    expect(meter.relay()).toBe('open');
  });

  test('keeps the light on until a delayed trip is due, and counts until then', async () => {
    const { ask, clock, meter } = lineInMemory({ tripDelayMinutes: 2 });
    expect(ask(ASK.trip)).toEqual([ANSWER.relayAccepted]);
    expect(ask(ASK.relayState)).toEqual([ANSWER.tripDelayed]);
    await clock.advance(600_000);
    expect(ask(ASK.relayState)).toEqual([ANSWER.open]);
    expect(meter.registers()[0]).toBe(1012); // two minutes of 3.6 kW, then none
  });

  test('forgets a delayed trip when a close comes first', async () => {
    const { ask, clock } = lineInMemory({ tripDelayMinutes: 2 });
    ask(ASK.trip);
    ask(ASK.close);
    await clock.advance(600_000);
    expect(ask(ASK.relayState)).toEqual([ANSWER.closed]);
  });

  test('does not move for a wrong password', () => {
    const { ask, meter } = lineInMemory();
    expect(ask(ASK.tripWithPassword993456)).toEqual([ANSWER.relayRefusedByPassword]);
    expect(meter.relay()).toBe('closed');
  });

  test('does not move once the deadline has passed by the clock of the meter', () => {
    expect(lineInMemory().ask(ASK.tripUntil112959)).toEqual([ANSWER.relayRefusedOtherwise]);
    expect(lineInMemory().ask(ASK.tripUntil113000)).toEqual([ANSWER.relayAccepted]);
    expect(lineInMemory({ clockOffsetMs: 1000 }).ask(ASK.tripUntil113000)).toEqual([ANSWER.relayRefusedOtherwise]);
  });

  test('does not open while keep-power is on', () => {
    const { ask, meter } = lineInMemory();
    expect(ask(ASK.keepPower)).toEqual([ANSWER.relayAccepted]);
    expect(ask(ASK.relayState)).toEqual([ANSWER.closedWithKeepPower]);
    expect(ask(ASK.trip)).toEqual([ANSWER.relayRefusedOtherwise]);
    meter.setKeepPower(false);
    expect(ask(ASK.trip)).toEqual([ANSWER.relayAccepted]);
  });

  test('takes a command without a deadline on a plain meter only', () => {
    expect(lineInMemory().ask(ASK.tripWithoutDeadline)).toEqual([ANSWER.relayAccepted]);
    const stateGrid = lineInMemory({ profile: 'state-grid', password: '04123456' });
    expect(stateGrid.ask(ASK.closeAtLevel04WithoutDeadline)).toEqual([ANSWER.relayRefusedOtherwise]);
  });

  test('is not opened in plaintext on a State Grid meter at any level, but may be closed at level 04', () => {
    const { ask } = lineInMemory({ profile: 'state-grid', password: '04123456' });
    expect(ask(ASK.trip)).toEqual([ANSWER.relayRefusedByPassword]);
    expect(ask(ASK.tripAtLevel04)).toEqual([ANSWER.relayRefusedByPassword]);
    expect(ask(ASK.close)).toEqual([ANSWER.relayRefusedByPassword]);
    expect(ask(ASK.closeAtLevel04)).toEqual([ANSWER.relayAccepted]);
  });
});
