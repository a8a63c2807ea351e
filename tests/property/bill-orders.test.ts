/**
 * I6: the charge of a billing period is a function of the set of readings and dated facts, whatever their order of arrival.
 *
 * June of a works with two meters: A rolls over and is replaced by B on the 10th; the tariff changes on the 16th and the ratio
 * on the 21st. What each stretch truly used is drawn first, and the bill is known from it by hand arithmetic.
 */
import { expect, test } from 'vitest';
import type { Bill, BillingFacts, RegisterReading } from '../../src/core/model/bill.ts';
import type { PlanVersion, PricePlan } from '../../src/core/model/price-plan.ts';
import { ENERGY_TOTAL } from '../../src/core/model/register.ts';
import { postByDay } from '../../src/core/tariff/postings.ts';
import { rateBill } from '../../src/core/tariff/rater.ts';
import { type Instant, instantOf } from '../../src/kernel/clock.ts';
import { rational } from '../../src/kernel/rational.ts';
import { energy } from '../../src/kernel/units.ts';
import { instant, kwh, SHANGHAI, yuanPerKwh } from '../support/core-facts.ts';
import { createRandom } from '../support/random.ts';

const version = (from: Instant, price: string): PlanVersion => ({
  from,
  prices: new Map([['total', yuanPerKwh(price)]]),
  touSource: 'auto',
  seasons: [],
  dayTables: [],
  steps: {
    basis: 'month',
    yearStart: '01-01',
    blocks: [
      { upTo: kwh('1000'), add: yuanPerKwh('0') },
      { upTo: undefined, add: yuanPerKwh('0.05') },
    ],
    largeFamilyPerMonth: energy(0n),
  },
  free: undefined,
  capacityPrice: undefined,
  demand: undefined,
  powerFactor: undefined,
  losses: undefined,
});
const at = (day: string) => instant(`2026-${day}T00:00:00+08:00`);
const [JUNE, CHANGE, NEW_PRICE, NEW_RATIO, JULY] = [at('06-01'), at('06-10'), at('06-16'), at('06-21'), at('07-01')];
const PLAN: PricePlan = {
  id: 'orders',
  digest: 'orders',
  classes: [],
  versions: [version(at('01-01'), '0.6123'), version(NEW_PRICE, '0.7001')],
  funds: [],
  calendar: undefined,
};
const MODULUS = 100_000_000n;
const HUNDREDTH = 10_000n;

interface Scenario {
  readonly facts: BillingFacts;
  readonly readings: readonly RegisterReading[];
  /** Fen, where every boundary was read. */
  readonly total: bigint | undefined;
}

type Random = ReturnType<typeof createRandom>;

/** Registers count in hundredths of a kWh; A begins so high that it passes its last digit. */
function draw(random: Random, withGaps: boolean): Scenario {
  const whole = (below: number) => BigInt(random.below(below));
  const [a, b, c, d] = [200n + whole(20_000), whole(20_000), whole(20_000), whole(20_000)];
  const startA = MODULUS - 1n - whole(200);
  const startB = whole(500);
  const final = (startA + a) % MODULUS;
  const facts: BillingFacts = {
    zone: SHANGHAI,
    customerClass: 'industrial',
    period: { from: JUNE, to: JULY },
    previousPeriod: { quantity: kwh('500'), bands: new Map() },
    yearToDate: undefined,
    meteringSide: 'low',
    meters: [
      {
        meter: 'A',
        from: at('01-01'),
        to: CHANGE,
        first: new Map(),
        final: new Map([[ENERGY_TOTAL, energy(final * HUNDREDTH)]]),
        digits: 6,
        decimals: 2,
        maximumKw: undefined,
      },
      {
        meter: 'B',
        from: CHANGE,
        to: undefined,
        first: new Map([[ENERGY_TOTAL, energy(startB * HUNDREDTH)]]),
        final: new Map(),
        digits: 6,
        decimals: 2,
        maximumKw: rational(200n),
      },
    ],
    ratios: [
      { from: at('01-01'), to: undefined, ratio: 10n },
      { from: NEW_RATIO, to: undefined, ratio: 15n },
    ],
    capacities: [],
    demands: [],
    largeFamily: [],
    free: [],
    opened: [],
  };
  const read = (meter: string, when: Instant, hundredths: bigint): RegisterReading => ({
    id: undefined,
    meter,
    register: ENERGY_TOTAL,
    at: when,
    value: energy((hundredths % MODULUS) * HUNDREDTH),
    supersedes: undefined,
    heardAt: instantOf(when + random.below(21) * 86_400_000),
  });
  const boundaries = [
    read('A', JUNE, startA),
    read('B', NEW_PRICE, startB + b),
    read('B', NEW_RATIO, startB + b + c),
    read('B', JULY, startB + b + c + d),
  ];
  const between = [
    read('A', instantOf(JUNE + 3_600_000), startA),
    read('B', at('06-12'), startB + b / 2n),
    read('B', at('06-25'), startB + b + c + d / 3n),
  ];
  const kept = withGaps ? [...boundaries, ...between].filter(() => random.below(4) > 0) : [...boundaries, ...between];
  const readings = kept.flatMap((reading) => {
    const kind = random.below(5);
    if (kind === 0) return [reading, { ...reading }];
    if (kind > 1) return [reading];
    const wrong = { ...reading, value: energy(reading.value + 7_770_000n), heardAt: instantOf(reading.heardAt + 1) };
    return [wrong, { ...reading, supersedes: { kind: 'value', value: wrong.value } as const }, wrong];
  });
  // × 10 and × 15; a price in 10⁻⁴ yuan; hundredths of a kWh: 10⁻⁶ yuan each.
  const [first, second] = [(a + b) * 10n, c * 10n + d * 15n];
  const dear = first + second > 100_000n ? first + second - 100_000n : 0n;
  const fen = (microYuan: bigint) => (microYuan + 5_000n) / 10_000n;
  return { facts, readings, total: withGaps ? undefined : fen(first * 6_123n) + fen(second * 7_001n) + fen(dear * 500n) };
}

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const [one, two] = [order[last], order[other]];
    if (one !== undefined && two !== undefined) [order[last], order[other]] = [two, one];
  }
  return order;
}

const inAnyOrder = (random: Random, facts: BillingFacts): BillingFacts => ({
  ...facts,
  meters: shuffled(random, facts.meters),
  ratios: shuffled(random, facts.ratios),
});

/** Everything that a customer or an operator sees of a bill. */
const faceOf = ({ lines, total, provisional, suspect }: Bill): string =>
  [
    total,
    ...lines.map(({ component, quantity, price, exact, amount }) =>
      [
        component,
        quantity.numerator,
        quantity.denominator,
        price.numerator,
        price.denominator,
        exact.numerator,
        exact.denominator,
        amount,
      ].join(' '),
    ),
    ...[...provisional, ...suspect].map(({ reason, detail }) => `${reason} ${detail}`),
  ].join('\n');

const SETS = 2_000;
const ORDERS_OF_EACH = 50;

test('100,000 orders of arrival give the bill of their set', () => {
  for (let seed = 1; seed <= SETS; seed++) {
    const random = createRandom(seed);
    const { facts, readings, total } = draw(random, seed % 2 === 0);
    const bill = rateBill(facts, PLAN, readings);
    if (total !== undefined) expect([seed, bill.total / 10_000n, bill.provisional]).toEqual([seed, total, []]);
    const face = faceOf(bill);
    for (let order = 0; order < ORDERS_OF_EACH; order++) {
      const other = faceOf(rateBill(inAnyOrder(random, facts), PLAN, shuffled(random, readings)));
      if (other !== face) expect({ seed, order, face: other }).toEqual({ seed, order, face });
    }
  }
});

test('the postings of the days sum to the bill, however late and disordered the readings are heard', () => {
  for (let seed = 1; seed <= 150; seed++) {
    const random = createRandom(seed);
    const { facts, readings } = draw(random, seed % 2 === 0);
    const bill = rateBill(facts, PLAN, readings);
    const postings = postByDay(facts, PLAN, shuffled(random, readings));
    const posted = postings.reduce((sum, { customer }) => sum + customer, 0n);
    expect([seed, posted]).toEqual([seed, bill.total]);
    for (const { customer, revenue, rounding } of postings) expect(customer % 10_000n === 0n && customer === revenue + rounding).toBe(true);
  }
});
