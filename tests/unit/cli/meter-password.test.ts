import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { METER_PASSWORD, readMeterPassword, requireMeterPassword } from '../../../src/cli/meter-password.ts';

function fileOf(content: string, mode: number): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'feikong-password-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'password');
  writeFileSync(file, content, { mode });
  return file;
}

const source = (file?: string) => ({ ...METER_PASSWORD, file });

test('a password comes from its file, and from the environment where none is named', () => {
  expect(readMeterPassword(source(fileOf('02123456\n', 0o600)), { FEIKONG_METER_PASSWORD: '04999999' })).toBe('02123456');
  expect(readMeterPassword(source(), { FEIKONG_METER_PASSWORD: '04999999' })).toBe('04999999');
  expect(readMeterPassword(source(), {})).toBeUndefined();
});

test.each([
  ['is missing', source(), {}, /set FEIKONG_METER_PASSWORD, or name a file that holds it with --password-file/],
  ['has a wrong shape', source(), { FEIKONG_METER_PASSWORD: '123456' }, /FEIKONG_METER_PASSWORD holds no password; expected LLPPPPPP/],
  ['stands in a file that is not there', source('/nowhere/at/all'), {}, /--password-file \/nowhere\/at\/all cannot be read/],
])('a password that %s is told in one sentence', (_, from, environment, sentence) => {
  expect(() => requireMeterPassword(from, environment)).toThrow(sentence);
});

test('a file that others can read gives no password, and no error shows one', () => {
  const open = fileOf('02123456', 0o644);
  expect(() => readMeterPassword(source(open), {})).toThrow(/can be read by others; expected a file of mode 600/);
  const wrong = fileOf('021234567', 0o600);
  expect(() => readMeterPassword(source(wrong), {})).toThrow(
    expect.not.objectContaining({ message: expect.stringContaining('021234567') }),
  );
});
