import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadRegisterMap, registerMapFile } from '../../../src/config/register-map.ts';

const MAPS = path.join(import.meta.dirname, '../../../config/register-maps');
const files = readdirSync(MAPS);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'feikong-maps-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('The register maps that come along', () => {
  test('are those of the meters that we know', () => {
    expect(files).toEqual([
      'acrel-adw300.json',
      'acrel-dtsd1352.json',
      'chint-dtsu666.json',
      'eastron-sdm120.json',
      'eastron-sdm630.json',
      'hiking-dds238.json',
      'inepro-pro380.json',
      'orno-we514.json',
      'schneider-iem3155.json',
    ]);
  });

  test.each(files)('%s is valid and has the energy that is charged by', (file) => {
    const map = loadRegisterMap(path.join(MAPS, file));
    expect(map.rows.find(({ register }) => register === '1-0:1.8.0')?.unit).toBe('kWh');
  });

  test('give addresses as they travel, whatever the maker counts from', () => {
    const map = loadRegisterMap(registerMapFile('schneider-iem3155', '.'));
    expect(map.rows.find(({ register }) => register === '1-0:1.8.0')).toMatchObject({ address: 0x0c83, type: 'i64' });
  });

  test('never let an energy register be written', () => {
    const map = loadRegisterMap(registerMapFile('hiking-dds238', '.'));
    expect(map.writable).toEqual([0x001a]);
    expect(map.relay).toEqual({
      kind: 'holding',
      address: 0x001a,
      on: 1,
      off: 0,
      writeFunction: 16,
      readBack: { function: 3, address: 0x001a },
    });
  });
});

describe('A mistake in a map', () => {
  const broken = (change: (map: Record<string, unknown>) => void): string => {
    const map = JSON.parse(readFileSync(path.join(MAPS, 'hiking-dds238.json'), 'utf8')) as Record<string, unknown>;
    change(map);
    const file = path.join(folder, 'hiking-dds238.json');
    writeFileSync(file, JSON.stringify(map));
    return file;
  };
  const firstRow = (map: Record<string, unknown>) => (map.registers as Record<string, unknown>[])[0] ?? {};

  test.each<[string, (map: Record<string, unknown>) => void, RegExp]>([
    ['another name than its file', (map) => (map.name = 'acme-m1'), /name is "acme-m1"; expected the name of the file, hiking-dds238/],
    ['an unknown key', (map) => (map.speed = 9600), /speed is 9600; expected no such key/],
    ['a float without decimals', (map) => (firstRow(map).type = 'f32'), /registers\[0\]\.decimals is missing; expected how many decimals/],
    [
      'a register twice',
      (map) => (firstRow(map).register = '1-0:1.8.0'),
      /registers\[2\]\.register is "1-0:1\.8\.0"; expected a register that no other/,
    ],
    ['a name of another address', (map) => (firstRow(map).register = 'modbus:0001'), /expected modbus:0000, the address that travels/],
    [
      'a row in a hole',
      (map) => (map.holes = [{ from: 1, to: 7 }]),
      /registers\[0\]\.address is "0x0000"; expected registers outside of every hole/,
    ],
    ['a relay that is not writable', (map) => (map.writable = []), /relay\.address is "0x001A"; expected one of the writable addresses/],
    ['a scale of zero', (map) => (firstRow(map).scale = '0'), /registers\[0\]\.scale is "0"; expected an exact decimal above zero/],
  ])('%s is one sentence with its path and what was expected', (_, change, sentence) => {
    expect(() => loadRegisterMap(broken(change))).toThrow(sentence);
  });

  test('a map that is not there is one sentence', () => {
    expect(() => loadRegisterMap(registerMapFile('acme-m1', '.'))).toThrow(/acme-m1\.json/);
  });
});
