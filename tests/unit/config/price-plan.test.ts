import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CONFIG_YAML, type ConfigFolder, createConfigFolder } from '../../support/core-config-files.ts';

const PLAN_YAML = `id: flat
versions:
  - from: "2026-01-01"
    energy: { peak: "1.02", valley: "0.34" }
    timeOfUse: { source: registers, seasons: [{ name: all, from: "01-01", to: "12-31", energy: { peak: "1.10", valley: "0.30" } }] }
    steps: { basis: month, blocks: [{ upTo: "200", add: "0" }, { add: "0.05" }] }
    capacity: { price: "28" }
    demand: { price: "40" }
funds:
  - { component: "fund:renewable", price: "0.019", from: "2016-01-01" }
`;

let folder: ConfigFolder;
beforeEach(() => {
  folder = createConfigFolder();
  folder.write('feikong.yaml', CONFIG_YAML.replace(/- id: flat\n.*\n/, '- file: plan.yaml\n'));
});
afterEach(() => folder.remove());

const changed = (from: string, to: string): string => {
  expect(PLAN_YAML).toContain(from);
  folder.write('plan.yaml', PLAN_YAML.replace(from, to));
  return folder.complaint();
};

describe('a price below zero', () => {
  test.each([
    ['valley: "0.34"', 'valley: "-0.34"', 'versions[0].energy.valley is "-0.34"'],
    ['valley: "0.30"', 'valley: "-0.30"', 'versions[0].timeOfUse.seasons[0].energy.valley is "-0.30"'],
    ['add: "0.05"', 'add: "-0.05"', 'versions[0].steps.blocks[1].add is "-0.05"'],
    ['price: "28"', 'price: "-28"', 'versions[0].capacity.price is "-28"'],
    ['price: "40"', 'price: "-40"', 'versions[0].demand.price is "-40"'],
    ['price: "0.019"', 'price: "-0.019"', 'funds[0].price is "-0.019"'],
  ])('is refused where a plan says %s', (from, to, place) => {
    expect(changed(from, to)).toBe(`plan.yaml: ${place}; expected a price of 0 or more`);
  });

  test('is not a price of zero', () => {
    expect(changed('valley: "0.34"', 'valley: "0"')).toBe('');
  });
});

describe('the dated prices of one fund', () => {
  const RENEWABLE = '- { component: "fund:renewable", price: "0.019", from: "2016-01-01" }';
  const two = (first: string, second: string, classes = '') =>
    changed(
      `funds:\n  ${RENEWABLE}`,
      `${classes}funds:\n  - { component: "fund:renewable", price: "0.019", ${first} }\n  - { component: "fund:renewable", price: "0.03", ${second} }`,
    );

  test.each([
    ['from: "2016-01-01", to: "2026-04-02"', 'from: "2026-04-01"', 'funds[1].from is "2026-04-01"', 0],
    ['from: "2026-04-01"', 'from: "2016-01-01", to: "2026-04-02"', 'funds[0].from is "2026-04-01"', 1],
    ['from: "2026-04-01"', 'from: "2026-04-01"', 'funds[0].from is "2026-04-01"', 1],
    ['from: "2016-01-01", to: "2026-04-01"', 'from: "2026-03-31T15:59:00Z"', 'funds[1].from is "2026-03-31T15:59:00Z"', 0],
  ])('are refused where they overlap: %s and %s', (first, second, place, other) => {
    expect(two(first, second)).toBe(
      `plan.yaml: ${place}; expected a time in which funds[${other}] of fund:renewable is not in force: give that one an earlier end, or remove it`,
    );
  });

  test('are taken where one follows the other, and where no class pays both', () => {
    expect(two('from: "2016-01-01", to: "2026-04-01"', 'from: "2026-04-01"')).toBe('');
    expect(two('from: "2016-01-01"', 'from: "2026-04-01"')).toBe('');
    const halves = ['from: "2016-01-01", exempt: [farm]', 'from: "2016-01-01", exempt: [home]'] as const;
    expect(two(...halves, 'classes: [farm, home]\n')).toBe('');
    expect(two(...halves)).toContain('funds[0].from is "2016-01-01"');
  });

  test('none may end before it begins', () => {
    expect(two('from: "2016-01-01", to: "2015-12-31"', 'from: "2026-04-01"')).toBe(
      'plan.yaml: funds[0].to is "2015-12-31"; expected a day after funds[0].from, 2016-01-01',
    );
  });
});

test('versions are in order of time, however their beginnings are written', () => {
  const next = '  - { from: "2026-06-01T01:00:00+08:00", energy: "0.5" }\n  - { from: "2026-05-31T18:00:00Z", energy: "0.6" }\n';
  expect(changed('funds:', `${next}funds:`)).toBe('');
  expect(changed('funds:', `${next.replace('T18', 'T17')}funds:`)).toBe(
    'plan.yaml: versions[2].from is "2026-05-31T17:00:00Z"; expected a start after that of the version before, 2026-06-01T01:00:00+08:00',
  );
});

describe('the seasons of a year', () => {
  const SEASONS = 'seasons: [{ name: all, from: "01-01", to: "12-31", energy: { peak: "1.10", valley: "0.30" } }]';
  const seasons = (...spans: readonly [string, string, string][]) =>
    changed(SEASONS, `seasons: [${spans.map(([name, from, to]) => `{ name: ${name}, from: "${from}", to: "${to}" }`).join(', ')}]`);
  const place = 'plan.yaml: versions[0].timeOfUse.seasons';

  test('share no day', () => {
    expect(seasons(['summer', '06-01', '09-01'], ['rest', '09-01', '05-31'])).toBe(
      `${place}[1].from is "09-01"; expected seasons that share no day: 09-01 lies in summer (06-01 to 09-01) and in rest`,
    );
    expect(seasons(['summer', '06-01', '08-31'], ['rest', '09-01', '06-01'])).toBe(
      `${place}[1].to is "06-01"; expected seasons that share no day: 06-01 lies in summer (06-01 to 08-31) and in rest`,
    );
  });

  test('begin and end on days of the calendar', () => {
    expect(seasons(['winter', '12-01', '02-30'], ['rest', '03-01', '11-30'])).toBe(
      `${place}[0].to is "02-30"; expected a day of the calendar, as 02-29`,
    );
  });

  test('cover it, 29 February too', () => {
    expect(seasons(['winter', '12-01', '02-28'], ['rest', '03-01', '11-30'])).toBe(
      `${place} is "02-29"; expected seasons that cover the whole year: this day lies in none`,
    );
    expect(seasons(['winter', '12-01', '02-29'], ['rest', '03-01', '11-30'])).toBe('');
  });
});

test('a day that a calendar lists twice is refused', () => {
  folder.write(
    'days.yaml',
    'name: days\nyears: [{ year: 2026, holidays: [{ from: "2026-05-01", to: "2026-05-05" }], special: ["2026-05-04"] }]\n',
  );
  expect(changed('id: flat', 'id: flat\ncalendar: ./days.yaml')).toBe(
    'days.yaml: years[0].special[0] is "2026-05-04"; expected each day once: 2026-05-04 is a holiday already',
  );
});
