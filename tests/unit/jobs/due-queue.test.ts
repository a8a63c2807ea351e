import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDueQueue } from '../../../src/jobs/due-queue.ts';

describe('What becomes due', () => {
  test('comes out by its moment; of equals, the one that was added first', () => {
    const due = createDueQueue<string>();
    due.add('late', 30);
    due.add('first', 10);
    due.add('second', 10);
    expect(due.firstMs()).toBe(10);
    expect([due.take(), due.take(), due.take(), due.take()]).toEqual(['first', 'second', 'late', undefined]);
    expect(due.firstMs()).toBeUndefined();
  });

  test('comes out in order however additions and takings alternate', () => {
    const step = fc.oneof(fc.record({ addMs: fc.integer({ min: 0, max: 20 }) }), fc.constant('take' as const));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const due = createDueQueue<number>();
        const waiting: { readonly item: number; readonly dueMs: number }[] = [];
        for (const [item, act] of steps.entries()) {
          if (act !== 'take') {
            due.add(item, act.addMs);
            waiting.push({ item, dueMs: act.addMs });
            continue;
          }
          waiting.sort((left, right) => left.dueMs - right.dueMs || left.item - right.item);
          expect(due.firstMs()).toBe(waiting[0]?.dueMs);
          expect(due.take()).toBe(waiting.shift()?.item);
        }
      }),
    );
  });
});
