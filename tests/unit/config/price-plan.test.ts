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
