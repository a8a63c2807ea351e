import { expect, test } from 'vitest';
import type { LoggedFrame } from '../../support/frame-log.ts';
import { repeatedWithoutReadBack } from '../../support/relay-log.ts';

const ADDRESS = '000000000001';
const at = (second: number) => new Date(second * 1000).toISOString();

const relay = (second: number, code: string): LoggedFrame => ({
  ...{ at: at(second), address: ADDRESS, control: '1C', di: null, code, answered: false, relay: 'closed' },
});
const readBack = (second: number, state: string, answered = true): LoggedFrame => ({
  ...{ at: at(second), address: ADDRESS, control: '11', di: '04000503', code: null, answered, relay: state },
});
const sent = (second: number, commandId: string) => ({ address: ADDRESS, commandId, at: second * 1000 });

test.each([
  ['one frame of one command', [relay(2, '1A')], [sent(1, 'a')], 0],
  [
    'again behind a read-back of an unmoved relay',
    [relay(2, '1A'), readBack(3, 'closed'), relay(5, '1A')],
    [sent(1, 'a'), sent(4, 'a')],
    0,
  ],
  ['again unread', [relay(2, '1A'), relay(5, '1A')], [sent(1, 'a'), sent(4, 'a')], 1],
  ['again behind an unanswered read-back', [relay(2, '1A'), readBack(3, 'closed', false), relay(5, '1A')], [sent(1, 'a'), sent(4, 'a')], 1],
  ['again although the relay moved', [relay(2, '1A'), readBack(3, 'open'), relay(5, '1A')], [sent(1, 'a'), sent(4, 'a')], 1],
  ['twice for one commit', [relay(2, '1C'), relay(3, '1C')], [sent(1, 'a')], 1],
  ['no command committed before it', [relay(2, '1A')], [sent(3, 'a')], 1],
  ['another command behind a read-back', [relay(2, '1C'), readBack(3, 'closed'), relay(5, '1C')], [sent(1, 'a'), sent(4, 'b')], 0],
  ['an equal frame of another command unread', [relay(2, '1C'), relay(5, '1C')], [sent(1, 'a'), sent(4, 'b')], 1],
  ['a restore right behind a trip', [relay(2, '1A'), relay(5, '1C')], [sent(1, 'a'), sent(4, 'b')], 0],
  [
    'the first command once more, with another between',
    [relay(2, '1A'), readBack(3, 'open'), relay(5, '1C'), readBack(6, 'open'), relay(8, '1A')],
    [sent(1, 'a'), sent(4, 'b'), sent(7, 'a')],
    1,
  ],
])('%s', (_, frames, commands, findings) => {
  expect(repeatedWithoutReadBack(frames, commands)).toHaveLength(findings);
});
