import { describe, expect, test } from 'vitest';
import { fileOf, HEAD, ID_NUMBER, MOBILE, ROW, readText } from '../../support/archive-csv.ts';

const MARCH_IN_SHANGHAI = Date.UTC(2026, 1, 28, 16);
/** `计量点编号,台区\nP1,T1\n` in GB18030, by its table: 计 BCC6, 量 C1BF, 点 B5E3, 编 B1E0, 号 BAC5, 台 CCA8, 区 C7F8. */
const GB18030 = Buffer.from('BCC6C1BFB5E3B1E0BAC52CCCA8C7F80A50312C54310A', 'hex');

async function rowsOf(content: string | Uint8Array, columns = {}) {
  const file = await readText(content, columns);
  if (!file.ok) throw new Error(file.error);
  return file.value;
}
/** A row with one column changed. */
function withCell(column: string, text: string): string {
  const at = HEAD.split(',').indexOf(column);
  return fileOf(
    ROW.split(',')
      .map((cell, index) => (index === at ? text : cell))
      .join(','),
  );
}

describe('a file of a marketing system', () => {
  test('is read column by column, in whatever order the columns stand', async () => {
    const { rows, errors, ignored } = await rowsOf(fileOf(ROW));
    expect(errors).toEqual([]);
    expect(ignored).toEqual([]);
    expect(rows).toEqual([
      {
        line: 2,
        row: {
          meterPointId: 'P1',
          customerId: 'C1',
          name: '王小明',
          address: '幸福路8号',
          document: ID_NUMBER,
          property: '沪房地浦字第20260001号',
          mobile: MOBILE,
          phone: '021-12345678',
          contractId: 'HT1',
          accountId: 'A1',
          settlementMethod: 'prepay',
          settlementTime: '每月25日',
          breachLiability: '每日千分之一',
          temporary: false,
          agreementNumber: 'FK-1',
          customerClass: 'residential',
          voltAmperes: 8000,
          currentRatio: 1,
          meterNumber: '000012345678',
          district: 'TQ1',
          feeder: 'XL1',
          effectiveFrom: MARCH_IN_SHANGHAI,
        },
      },
    ]);
    const moved = [HEAD, ROW].map((line) => line.split(',').reverse().join(',')).join('\n');
    expect((await rowsOf(moved)).rows).toEqual(rows);
  });

  test('is the same with a byte order mark, English heads, spare columns and blank lines', async () => {
    const content = '\uFEFFMeter Point,remark, Capacity (kVA) ,capacity_kva\n\nP1,whatever,,315.5\n,,,\n';
    const { rows, ignored, count } = await rowsOf(content);
    expect(rows).toEqual([{ line: 3, row: { meterPointId: 'P1', voltAmperes: 315_500 } }]);
    expect([ignored, count]).toEqual([['remark', 'Capacity (kVA)'], 1]);
  });

  test('may be GB18030', async () => {
    const file = await readText(GB18030);
    expect(file).toMatchObject({ ok: true, value: { rows: [{ line: 2, row: { meterPointId: 'P1', district: 'T1' } }] } });
  });

  test('may call its columns by names that the site has given', async () => {
    expect((await rowsOf('用户点,户\nP1,C1\n', { meterPointId: ['用户点'] })).rows).toEqual([{ line: 2, row: { meterPointId: 'P1' } }]);
  });

  test('keeps quotes and line breaks within a cell, and still counts lines', async () => {
    const content = '计量点编号,客户编号,合同编号,用电地址\nP1,C1,H1,"8 号""东楼""\n201"\nP2,C2,H2,x\n';
    expect((await rowsOf(content)).rows.map(({ line, row }) => [line, row.address])).toEqual([
      [2, '8 号"东楼"\n201'],
      [4, 'x'],
    ]);
  });

  test.each([
    ['full-width digits', '手机号码', '１３８００１３８０００', { mobile: MOBILE }],
    ['a country code', '手机号码', '+86 138-0013-8000', { mobile: MOBILE }],
    ['a small check character', '证件号码', '11010519491231002x', { document: ID_NUMBER }],
    ['a nameplate ratio', 'CT变比', '200/5', { currentRatio: 40 }],
    ['a written day', '生效日期', '2026年3月1日', { effectiveFrom: MARCH_IN_SHANGHAI }],
    ['a day without marks', '生效日期', '20260301', { effectiveFrom: MARCH_IN_SHANGHAI }],
    ['a full-width day', '生效日期', '２０２６／３／１', { effectiveFrom: MARCH_IN_SHANGHAI }],
    ['a unit behind a capacity', '合同容量', '315kVA', { voltAmperes: 315_000 }],
  ])('takes %s', async (_, column, text, row) => {
    expect((await rowsOf(withCell(column, text))).rows[0]?.row).toMatchObject(row);
  });

  test.each([
    ['生效日期', '2026-02-30', '2026-02-30'],
    ['生效日期', '2026-13-01', '2026-13-01'],
    ['证件号码', '110105194912310021', '110***********0021'],
    ['手机号码', '12345', '****5'],
    ['合同容量', '-5', '-5'],
    ['合同容量', '1e3', '1e3'],
    ['CT变比', '200/7', '200/7'],
    ['用电类别', '宇宙', '宇宙'],
    ['临时用电', '也许', '也许'],
  ])('refuses in %s "%s" and shows %s', async (column, text, shown) => {
    const { rows, errors } = await rowsOf(withCell(column, text));
    expect(rows).toEqual([]);
    expect(errors).toEqual([
      {
        line: 2,
        column,
        value: shown,
        expected: expect.stringMatching(/.{5,}/),
        todo: 'Correct the cell, or leave it blank where it is not known',
      },
    ]);
  });

  test('lets a guarantee hold on its last day too', async () => {
    const { rows } = await rowsOf('计量点编号,合同编号,担保方式,担保金额,担保到期日\nP1,H1,保证金,"5,000.00",2026-12-31\n');
    // The midnight after 31 December in Shanghai is 16:00 UTC on that day.
    expect(rows[0]?.row).toMatchObject({
      guaranteeForm: 'deposit',
      guaranteeAmount: '5000.00',
      guaranteeUntil: Date.UTC(2026, 11, 31, 16),
    });
  });

  test('says how a contract is settled and how its supply is metered', async () => {
    const head = '计量点编号,合同编号,抄表例日,分次结算日,合同需量,计量方式';
    const { rows, errors } = await rowsOf(`${head}\nP1,H1,25,"5,15",250.5 kW,高供低计\nP2,H2,29,"15,5",0,低供高计\n`);
    expect(rows[0]?.row).toMatchObject({ readingDay: 25, instalmentDays: [5, 15], contractedWatts: 250_500, meteringSide: 'low' });
    expect(errors.map(({ column, value }) => [column, value])).toEqual([
      ['抄表例日', '29'],
      ['分次结算日', '15,5'],
      ['合同需量', '0'],
      ['计量方式', '低供高计'],
    ]);
  });

  test('says what a row tells of something that it does not name', async () => {
    const { errors } = await rowsOf('计量点编号,客户名称,结算时间\nP1,王,月底\n,,月底\n');
    expect(errors.map(({ line, todo }) => [line, todo])).toEqual([
      [2, 'Name the customer whose name, documents or contacts these are'],
      [2, 'Name the contract that these terms are of'],
      [3, 'Name the meter point that the row is about'],
      [3, 'Name the contract that these terms are of'],
    ]);
  });

  test('says that a comma was not put in quotes', async () => {
    const { errors } = await rowsOf('计量点编号,客户编号,合同编号\nP1,C1,H1,more\n');
    expect(errors).toEqual([
      { line: 2, column: '', value: '4 cells', expected: '3, as many as columns', todo: 'Put cells with a comma in quotes' },
    ]);
  });

  test.each([
    ['nothing', '', 'the file is empty: the first line must name the columns'],
    [
      'no meter points',
      '客户编号\nC1\n',
      'no column names the meter point: call one 计量点编号 or meter point, or name yours under archive.columns of the configuration',
    ],
    ['a column twice', '计量点编号,Meter Point\nP1,P1\n', 'two columns are 计量点编号: keep one'],
    ['an open quote', '计量点编号\n"P1\n', expect.stringContaining('write a quote inside a quoted cell twice')],
    ['bytes of no text', new Uint8Array([0xff, 0xff, 0xff]), 'the file is not text in utf-8 or gb18030: export it again as CSV in UTF-8'],
  ])('with %s is refused as a whole', async (_, content, sentence) => {
    expect(await readText(content)).toEqual({ ok: false, error: sentence });
  });
});
