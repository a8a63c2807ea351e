/** Files as a marketing system writes them. */
import { readArchiveFile } from '../../src/archivefiles/read-archive-file.ts';
import type { Store } from '../../src/core/ports/store.ts';
import { createArchiveImport, type ImportOrder } from '../../src/core/services/archive-import.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import { asId } from '../../src/kernel/ids.ts';
import { createSealer } from '../../src/sealers/aes-sealer.ts';
import { SEAL_KEY } from './archive-facts.ts';
import { SHANGHAI } from './core-facts.ts';

export const HEAD =
  '计量点编号,客户编号,客户名称,用电地址,证件号码,房产证号,手机号码,联系电话,合同编号,账户编号,电费结算方式,结算时间,违约责任,临时用电,费控协议编号,用电类别,合同容量,CT变比,表号,台区,线路,生效日期';
/** The example number of GB 11643-1999, whose check character is X. */
export const ID_NUMBER = '11010519491231002X';
export const MOBILE = '13800138000';
export const PROPERTY = '沪房地浦字第20260001号';
export const ROW = `P1,C1,王小明,幸福路8号,${ID_NUMBER},${PROPERTY},${MOBILE},021-12345678,HT1,A1,预付费,每月25日,每日千分之一,否,FK-1,居民,8,1,000012345678,TQ1,XL1,2026-03-01`;

export const fileOf = (...rows: readonly string[]): string => `${[HEAD, ...rows].join('\r\n')}\r\n`;

/** An identity number with the check character that ISO 7064 MOD 11-2 gives to the 17 digits before it. */
export function identityNumber(head: string): string {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = [...head].reduce((total, digit, index) => total + Number(digit) * (weights[index] ?? 0), 0);
  return `${head}${'10X98765432'[sum % 11]}`;
}

export const readText = (content: string | Uint8Array, columns: Readonly<Record<string, readonly string[]>> = {}) =>
  readArchiveFile(typeof content === 'string' ? new TextEncoder().encode(content) : content, {
    zone: SHANGHAI,
    encoding: 'auto',
    columns,
    pause: async () => undefined,
  });

/** Reads a file and imports it; a file that cannot be read fails the test. */
export async function importText(store: Store, clock: Clock, content: string, more: Partial<ImportOrder> & { readonly key?: string } = {}) {
  const { key = SEAL_KEY, ...order } = more;
  const file = await readText(content);
  if (!file.ok) throw new Error(file.error);
  const outcome = await createArchiveImport({ store, sealer: createSealer(key), clock, pause: async () => undefined }).run({
    ...file.value,
    zone: SHANGHAI,
    actor: asId('clerk'),
    reason: 'test',
    dryRun: false,
    skipBadRows: false,
    ...order,
  });
  if (!outcome.ok) throw new Error(outcome.error.code);
  return outcome.value;
}
