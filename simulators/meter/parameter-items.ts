import { relayStatusWord, statusWord } from '../../protocols/dlt645/index.ts';
import type { Instant } from '../../src/kernel/clock.ts';
import type { DataIdentifier } from './data-identifier.ts';
import { dateWithWeekday, join, timeOfDay } from './encode.ts';
import type { Works } from './works.ts';

const STATUS_WORDS = 7;

/** Class 04: clock, status words and parameters. */
export function readParameter(works: Works, { text }: DataIdentifier, now: Instant): Uint8Array | undefined {
  if (text.startsWith('040005')) return readStatusWords(works, text);
  const shown = works.clock.dialAt(now);
  switch (text) {
    case '04000101':
      return dateWithWeekday(shown);
    case '04000102':
      return timeOfDay(shown);
    case '0400010C':
      return join(timeOfDay(shown), dateWithWeekday(shown));
    default:
      return works.parameters.get(text);
  }
}

function readStatusWords(works: Works, di: string): Uint8Array | undefined {
  if (di === '040005FF') return join(...Array.from({ length: STATUS_WORDS }, (_, index) => lowFirst(wordOf(works, index + 1))));
  const word = Number.parseInt(di.slice(6), 16);
  return word >= 1 && word <= STATUS_WORDS ? lowFirst(wordOf(works, word)) : undefined;
}

/** Word 3 tells of the relay, of the tables in use and of the programming key; nothing else ever happens to this meter. */
function wordOf({ relay, alarm, keepPower, programming, tou }: Works, word: number): number {
  if (word !== 3) return statusWord(word, []);
  const others = statusWord(word, [
    ...(programming === 'pressed' ? ['programming-permitted'] : []),
    ...(tou.days === 2 ? ['second-day-tables'] : []),
    ...(tou.seasons === 2 ? ['second-seasons'] : []),
  ]);
  const ofRelay = relayStatusWord({
    open: relay.position !== 'closed',
    openCommanded: relay.commandedOpen,
    preTripAlarm: alarm,
    keepPower,
    supply: 'mains',
    prepayment: 'none',
  });
  return ofRelay | others;
}

const lowFirst = (word: number) => Uint8Array.of(word, word >> 8);
