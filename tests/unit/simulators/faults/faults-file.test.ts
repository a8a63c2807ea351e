import { describe, expect, test } from 'vitest';
import { parseFaults, readFaultsFile } from '../../../../simulators/faults/faults-file.ts';

describe('a fault file', () => {
  test('fills in what it leaves out', () => {
    expect(parseFaults({ faults: [{ meter: '*', kind: 'silence' }] }, 'faults.json')).toEqual([
      { meter: '*', kind: 'silence', on: 'any', probability: 1, skip: 0, delayMs: 5 },
    ]);
  });

  test.each([
    [
      { faults: [{ meter: '*', kind: 'silence', probability: 2 }] },
      'faults.json: faults[0].probability is 2; expected 0 to 1, of each frame',
    ],
    [
      { faults: [{ meter: '1234', kind: 'silence' }] },
      'faults.json: faults[0].meter is "1234"; expected the 12 digits of a meter, a Modbus unit, or * for each',
    ],
    [{ faults: [{ kind: 'silence' }] }, 'faults.json: faults[0].meter is missing; expected it to be set'],
    [
      { faults: [{ meter: '*', kind: 'silence', often: 1 }] },
      'faults.json: faults[0].often is no known key; remove it or correct its spelling',
    ],
    [
      { faults: [{ meter: '*', kind: 'quiet' }] },
      'faults.json: faults[0].kind is "quiet"; expected one of silence, lostReply, stuckRelay, delay, corrupt, split, merge, echo, wrongAddress',
    ],
  ])('names the path, the value and what was expected: %j', (value, message) => {
    expect(() => parseFaults(value, 'faults.json')).toThrow(message);
  });

  test('that cannot be read is named', () => {
    expect(() => readFaultsFile('/nowhere/faults.json')).toThrow('/nowhere/faults.json cannot be read as JSON');
  });
});
