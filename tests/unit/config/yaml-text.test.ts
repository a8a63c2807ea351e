import { describe, expect, test } from 'vitest';
import { parseYaml } from '../../../src/config/yaml-text.ts';

const parsed = (source: string) => {
  const text = parseYaml(source);
  if (!text.ok) throw new TypeError(text.error.reason);
  return text.value;
};
const complaint = (source: string) => {
  const text = parseYaml(source);
  return text.ok ? undefined : text.error;
};

describe('what a file says', () => {
  test.each([
    ['nothing', '# only a remark\n', {}],
    ['a byte order mark and CRLF', '\uFEFFa: 1\r\nb: 2\r\n', { a: 1, b: 2 }],
    // YAML 1.2, core schema: a day and a word of consent are text, a leading zero is no octal.
    ['what looks like more', 'a: 2026-11-01\nb: yes\nc: 010\nd: 12:30\n', { a: '2026-11-01', b: 'yes', c: 10, d: '12:30' }],
    ['JSON', '{"a": [1, "2", true, null],\n\t"b": {}}', { a: [1, '2', true, null], b: {} }],
    ['aliases', 'a: &port { baudRate: 9600 }\nb: *port\n', { a: { baudRate: 9600 }, b: { baudRate: 9600 } }],
  ])('%s', (_, source, value) => {
    expect(parsed(source).value).toEqual(value);
  });

  test('a key that objects have of their own is a key like any other', () => {
    const value = parsed('__proto__: { a: 1 }\n').value as object;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});

describe('where it says it', () => {
  const SOURCE = `# remark
site: { name: here,
  zone: there }
meters:
  # the first
  - id: m1
    port: &port
      baudRate: 9600
  -
    id: m2
    port: *port
    tags: [a,
      b]
note: |
  two
  lines
last: x
`;
  const { lineOf } = parsed(SOURCE);
  test.each([
    [[], 2],
    [['site'], 2],
    [['site', 'zone'], 3],
    [['meters', '0'], 6],
    [['meters', '0', 'port', 'baudRate'], 8],
    [['meters', '1', 'id'], 10],
    [['meters', '1', 'port'], 11],
    [['meters', '1', 'tags', '1'], 13],
    [['last'], 17],
    // What is missing is told where it is missing.
    [['meters', '1', 'colour'], 10],
    [['meters', '7'], 6],
    [['meters', '1', 'port', 'baudRate'], 11],
  ])('%j on line %i', (path, line) => {
    expect(lineOf(path)).toBe(line);
  });
});

describe('what is no YAML says why and where', () => {
  test.each([
    ['a key twice', 'a: 1\nb: 2\na: 3\n', { reason: 'duplicated mapping key', line: 3 }],
    ['an alias of nothing', 'a: 1\nb: *nobody\n', { reason: 'unidentified alias "nobody"', line: 2 }],
    ['two documents', 'a: 1\n---\nb: 2\n', { reason: 'it holds more than one document', line: undefined }],
  ])('%s', (_, source, expected) => {
    expect(complaint(source)).toEqual(expected);
  });

  test('nine lines of aliases that stand for a thousand million values', () => {
    const lines = Array.from({ length: 9 }, (_, level) => `l${level + 1}: &l${level + 1} [${Array(10).fill(`*l${level}`).join(', ')}]\n`);
    expect(complaint(`l0: &l0 x\n${lines.join('')}`)?.reason).toMatch(/^its aliases stand for more than/);
  });
});
