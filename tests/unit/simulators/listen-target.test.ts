import { expect, test } from 'vitest';
import { parseListenTarget } from '../../../simulators/listen-target.ts';

test('a concentrator may have topics of its own', () => {
  expect(parseListenTarget('mqtt://127.0.0.1:1883/JZQ?down=a/d')).toMatchObject({
    kind: 'mqtt',
    broker: 'mqtt://127.0.0.1:1883',
    concentrator: 'JZQ',
    topics: { down: 'a/d', up: 'feikong/v1/concentrators/{concentrator}/up' },
  });
});

test.each([
  ['mqtt://127.0.0.1:1883/JZQ?down=a/+/b', 'cannot listen with down=a/+/b; expected one topic, without blanks and the wildcards + and #'],
  ['mqtt://127.0.0.1:1883/JZQ?up=a%20b', 'cannot listen with up=a b; expected one topic, without blanks and the wildcards + and #'],
  ['mqtt://127.0.0.1:1883/JZQ?dwn=a', 'cannot listen with dwn=a; expected one of down, up, status, readings'],
])('%s is refused by its wrong part', (text, sentence) => {
  expect(() => parseListenTarget(text)).toThrow(sentence);
});
