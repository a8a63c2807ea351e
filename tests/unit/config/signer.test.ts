import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CONFIG_YAML, type ConfigFolder, createConfigFolder } from '../../support/core-config-files.ts';

let folder: ConfigFolder;
beforeEach(() => {
  folder = createConfigFolder();
});
afterEach(() => folder.remove());

const write = (signer: string, more = '') =>
  folder.write('feikong.yaml', CONFIG_YAML.replace('account: a1\n', `account: a1\n${more}`) + signer);

describe('the signer of a configuration', () => {
  test('is the double with its test keys where nothing is said', () => {
    expect(folder.load().signer).toEqual({ kind: 'software' });
  });

  test('is an encryption machine with an address, and then meters on real lines may have an ESAM', () => {
    write('signer: { kind: http, url: "https://machine.example:8443/feikong", caFile: machine-ca.pem }\n', '    security: esam\n');
    const { signer, points } = folder.load();
    expect(signer).toEqual({
      kind: 'http',
      url: new URL('https://machine.example:8443/feikong/'),
      caFile: folder.path('machine-ca.pem'),
      timeoutMs: 5000,
    });
    expect(points[0]?.security).toBe('esam');
  });

  test.each([
    ['signer: { kind: http }', 'signer.url is missing; expected the address of the encryption machine'],
    ['signer: { kind: http, url: "machine" }', 'signer.url is "machine"; expected the address of the encryption machine'],
    ['signer: { kind: http, url: "http://machine.example/" }', 'expected https, or http on a loopback address'],
    ['signer: { kind: http, url: "https://me:word@machine.example/" }', 'signer.url is "an address with a password"; expected one without'],
    ['signer: { url: "https://machine.example/" }', 'expected kind: http beside it'],
  ])('%s is refused', (signer, complaint) => {
    write(`${signer}\n`);
    expect(folder.complaint()).toContain(complaint);
  });
});
