import { describe, expect, test } from 'vitest';
import { createBoundedQueue } from '../../../src/kernel/bounded-queue.ts';

interface Item {
  readonly rank: number;
  readonly name: string;
}
const item = (rank: number, name: string): Item => ({ rank, name });
const byRank = (left: Item, right: Item) => left.rank - right.rank;

describe('a bounded queue', () => {
  test('hands out by rank, and equals in their order of arrival', () => {
    const queue = createBoundedQueue(8, byRank);
    for (const each of [item(2, 'a'), item(1, 'b'), item(2, 'c'), item(0, 'd'), item(1, 'e'), item(2, 'f')]) queue.add(each);
    const order: string[] = [];
    for (let next = queue.take(); next !== undefined; next = queue.take()) order.push(next.name);
    expect(order.join('')).toBe('dbeacf');
  });

  test('refuses when it is full and drops nothing', () => {
    const queue = createBoundedQueue(2, byRank);
    expect(queue.add(item(1, 'a'))).toBe(true);
    expect(queue.add(item(2, 'b'))).toBe(true);
    expect(queue.add(item(0, 'c'))).toBe(false);
    expect(queue.length).toBe(2);
    expect(queue.take()?.name).toBe('a');
    expect(queue.add(item(0, 'c'))).toBe(true);
    expect(queue.take()?.name).toBe('c');
  });

  test('finds without taking, and takes one out before its turn', () => {
    const queue = createBoundedQueue(4, byRank);
    const late = item(9, 'late');
    queue.add(item(1, 'first'));
    queue.add(late);
    expect(queue.find(({ rank }) => rank > 5)).toBe(late);
    expect(queue.length).toBe(2);
    expect(queue.remove(late)).toBe(true);
    expect(queue.remove(late)).toBe(false);
    expect(queue.length).toBe(1);
  });

  test('a queue of no places holds nothing', () => {
    const queue = createBoundedQueue(0, byRank);
    expect(queue.add(item(1, 'a'))).toBe(false);
    expect(queue.take()).toBeUndefined();
  });
});
