import { formatInstant, type Instant } from '../../kernel/clock.ts';
import type { BillingFacts, Remark } from '../model/bill.ts';
import { inForceAt } from './dated.ts';
import { inTime } from './register-use.ts';

/**
 * What is used while no meter hangs is charged to nobody, and the bill says so: between two meters, behind the last one, or where none
 * hangs at all. Before the first one supply has not begun; nor is the time looked at in which the customer was not supplied.
 */
export function unmeteredTimes(facts: BillingFacts, until: Instant): readonly Remark[] {
  const { period, meters, opened } = facts;
  const began = meters.reduce((first: Instant, { from }) => (from < first ? from : first), until);
  const start = began < until && began > period.from ? began : period.from;
  const ends = [...meters, ...opened].flatMap(({ from, to }) => (to === undefined ? [from] : [from, to]));
  const cuts = inTime([start, ...ends.filter((at) => at > start && at < until), until]);
  const isHole = (at: Instant) => inForceAt(meters, at) === undefined && (opened.length === 0 || inForceAt(opened, at) !== undefined);
  const remarks: Remark[] = [];
  let hole: Instant | undefined;
  for (const at of cuts) {
    const isOpen = at < until && isHole(at);
    if (isOpen) hole ??= at;
    if (isOpen || hole === undefined) continue;
    remarks.push({ reason: 'no-meter', rule: 'nothing for that time', detail: `${formatInstant(hole)} to ${formatInstant(at)}` });
    hole = undefined;
  }
  return remarks;
}
