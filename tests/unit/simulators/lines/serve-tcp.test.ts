import { describe, expect, test } from 'vitest';
import { NO_FAULTS } from '../../../../simulators/faults/faults.ts';
import { serveTcp } from '../../../../simulators/lines/serve-tcp.ts';
import { createSharedLine } from '../../../../simulators/lines/shared-line.ts';
import { OperatorError } from '../../../../src/kernel/app-error.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { clientOf } from '../client.ts';
import { ANSWER, ASK } from '../frames.ts';
import { ADDRESS, meterOf, START } from '../line-in-memory.ts';

function lineOf(addresses: readonly string[]) {
  const clock = createManualClock(START);
  const meters = addresses.map((address) => meterOf({ clock, address }));
  return createSharedLine({ meters, clock, faults: NO_FAULTS, log: undefined, pacing: undefined });
}

describe('meters on a TCP port', () => {
  test('answer a read, a trip and its read-back byte for byte', async (context) => {
    const served = await serveTcp('127.0.0.1', 0, lineOf([ADDRESS]));
    context.onTestFinished(() => served.close());
    const { ask } = await clientOf(served.listening, context);
    expect(await ask(ASK.total, 20)).toBe(ANSWER.total10kWh);
    expect(await ask(ASK.trip, 12)).toBe(ANSWER.relayAccepted);
    expect(await ask(ASK.relayState, 18)).toBe(ANSWER.open);
  });

  test('put a frame together from its pieces, behind wake-up bytes and noise', async (context) => {
    const served = await serveTcp('127.0.0.1', 0, lineOf([ADDRESS]));
    context.onTestFinished(() => served.close());
    const { send, ask } = await clientOf(served.listening, context);
    send(`00 11 FE FE ${ASK.total.slice(0, 20)}`);
    expect(await ask(ASK.total.slice(21), 20)).toBe(ANSWER.total10kWh);
  });

  test('serve several masters, each with a line to itself', async (context) => {
    const served = await serveTcp('127.0.0.1', 0, lineOf([ADDRESS]));
    context.onTestFinished(() => served.close());
    const [one, other] = [await clientOf(served.listening, context), await clientOf(served.listening, context)];
    one.send(ASK.total.slice(0, 20));
    expect(await other.ask(ASK.relayState, 18)).toBe(ANSWER.closed);
    expect(await one.ask(ASK.total.slice(21), 20)).toBe(ANSWER.total10kWh);
  });

  test('talk across each other when a wildcard lets two of them answer', async (context) => {
    const served = await serveTcp('127.0.0.1', 0, lineOf([ADDRESS, '000012345679']));
    context.onTestFinished(() => served.close());
    const { ask } = await clientOf(served.listening, context);
    // 78 and 79 overlap as 78 in the address, AB and AC as A8 in the data, C3 and C5 as C1 in the checksum, which no longer fits
    expect(await ask(ASK.addressOfWhoeverIsThere, 18)).toBe('68 78 56 34 12 00 00 68 93 06 A8 89 67 45 33 33 C1 16');
  });

  test('say in one sentence that their port is taken', async (context) => {
    const first = await serveTcp('127.0.0.1', 0, lineOf([ADDRESS]));
    context.onTestFinished(() => first.close());
    const again = serveTcp('127.0.0.1', Number(new URL(first.listening).port), lineOf([ADDRESS]));
    await expect(again).rejects.toThrow(OperatorError);
    await expect(again).rejects.toMatchObject({ code: 'port-in-use' });
  });
});
