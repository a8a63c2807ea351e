/** The columns of a marketing system's file: what each may be called, what may stand in it, and what it is asked for otherwise. */
import type { AspectValues, CustomerClass, GuaranteeForm, SettlementMethod } from '../core/model/archive.ts';
import type { ArchiveRow, RowField } from '../core/model/archive-row.ts';
import {
  type ReadCell,
  readCount,
  readDay,
  readDayEnd,
  readDayStart,
  readDays,
  readDocument,
  readEmail,
  readId,
  readKva,
  readKw,
  readMeterNumber,
  readMobile,
  readPhone,
  readRatio,
  readText,
  readWord,
  readYuan,
} from './cells.ts';

export interface Column<Field extends RowField = RowField> {
  /** The first is the one that examples use; case and blanks do not matter. */
  readonly names: readonly string[];
  readonly read: ReadCell<NonNullable<ArchiveRow[Field]>>;
  readonly expected: string;
  /** Identifies a person: a mistake shows its ends only. */
  readonly personal?: true;
}

const METHODS: ReadonlyMap<SettlementMethod, readonly string[]> = new Map([
  ['after-reading', ['after-reading', 'postpaid', '后付费', '抄表后结算', '月结']],
  ['instalments', ['instalments', 'installments', '分次结算', '分次']],
  ['prepay', ['prepay', 'prepaid', '预付费', '预付', '预购电', '预存电费']],
]);
const CLASSES: ReadonlyMap<CustomerClass, readonly string[]> = new Map([
  ['residential', ['residential', '居民生活', '居民', '居民生活用电']],
  ['commercial', ['commercial', '商业', '一般工商业', '工商业']],
  ['industrial', ['industrial', '大工业', '大工业用电', '工业']],
  ['agricultural', ['agricultural', '农业生产', '农业', '农业生产用电']],
  ['other', ['other', '其他', '非居民']],
]);
const FORMS: ReadonlyMap<GuaranteeForm, readonly string[]> = new Map([
  ['deposit', ['deposit', '保证金', '押金']],
  ['bank', ['bank', '银行保函', '保函']],
  ['third-party', ['third-party', '第三方担保', '保证人']],
]);
const FLAGS: ReadonlyMap<boolean, readonly string[]> = new Map([
  [true, ['yes', 'true', '1', '是', 'y']],
  [false, ['no', 'false', '0', '否', 'n']],
]);
const SIDES: ReadonlyMap<AspectValues['metering']['side'], readonly string[]> = new Map([
  ['high', ['high', '高供高计', '低供低计', '高压侧']],
  ['low', ['low', '高供低计', '低压侧']],
]);
const GRADES: ReadonlyMap<1 | 2, readonly string[]> = new Map([
  [1, ['1', '一级', 'i']],
  [2, ['2', '二级', 'ii']],
]);

const ID = 'up to 64 visible ASCII characters';
const TEXT = 'up to 200 characters';
const DAY = 'a day that exists, as 2026-03-01, 2026/3/1, 20260301 or 2026年3月1日';

// biome-ignore format: a table, one column a line
export const COLUMNS: { readonly [Field in RowField]-?: Column<Field> } = {
  meterPointId:     { names: ['计量点编号', 'meter point'], read: readId, expected: ID },
  contractId:       { names: ['合同编号', 'contract'], read: readId, expected: ID },
  customerId:       { names: ['客户编号', '户号', 'customer'], read: readId, expected: ID },
  accountId:        { names: ['账户编号', 'account'], read: readId, expected: ID },
  effectiveFrom:    { names: ['生效日期', 'effective from'], read: readDayStart, expected: DAY },
  name:             { names: ['客户名称', '户名', 'name'], read: readText, expected: TEXT },
  address:          { names: ['用电地址', '地址', 'address'], read: readText, expected: TEXT },
  document:         { names: ['证件号码', '身份证号', 'identity document'], read: readDocument, expected: 'an identity number whose check character fits, or the 18 characters of a business licence', personal: true },
  property:         { names: ['房产证号', 'property document'], read: readText, expected: TEXT, personal: true },
  mobile:           { names: ['手机号码', '手机', 'mobile'], read: readMobile, expected: '11 digits that begin with 1', personal: true },
  phone:            { names: ['联系电话', '固定电话', 'phone'], read: readPhone, expected: 'a land line with its area code, as 021-12345678, or a mobile', personal: true },
  email:            { names: ['电子邮箱', 'email'], read: readEmail, expected: 'an address, as name@example.com', personal: true },
  settlementMethod: { names: ['电费结算方式', '结算方式', 'settlement method'], read: readWord(METHODS), expected: '后付费, 分次结算 or 预付费 (after-reading, instalments or prepay)' },
  settlementTime:   { names: ['结算时间', 'settlement time'], read: readText, expected: TEXT },
  readingDay:       { names: ['抄表例日', '结算日', 'reading day'], read: readCount(1, 28), expected: 'a day of the month, 1 to 28' },
  instalmentDays:   { names: ['分次结算日', 'instalment days'], read: readDays, expected: 'days of the month, 1 to 28, in order, as 10,20' },
  breachLiability:  { names: ['违约责任', 'breach liability'], read: readText, expected: TEXT },
  temporary:        { names: ['临时用电', 'temporary'], read: readWord(FLAGS), expected: '是 or 否 (yes or no)' },
  agreementNumber:  { names: ['费控协议编号', 'agreement'], read: readText, expected: TEXT },
  agreementSignedOn:{ names: ['费控协议签订日期', 'agreement signed on'], read: readDay, expected: DAY },
  guaranteeForm:    { names: ['担保方式', 'guarantee'], read: readWord(FORMS), expected: '保证金, 银行保函 or 第三方担保 (deposit, bank or third-party)' },
  guaranteeAmount:  { names: ['担保金额', 'guarantee amount'], read: readYuan, expected: 'yuan in whole fen, as 5000.00' },
  guaranteeHolder:  { names: ['担保人', 'guarantor'], read: readText, expected: TEXT },
  guaranteeUntil:   { names: ['担保到期日', 'guarantee until'], read: readDayEnd, expected: DAY },
  customerClass:    { names: ['用电类别', 'class'], read: readWord(CLASSES), expected: '居民, 商业, 大工业, 农业 or 其他 (residential, commercial, industrial, agricultural or other)' },
  voltAmperes:      { names: ['合同容量', '容量', 'capacity kva'], read: readKva, expected: 'kVA with up to three decimals, as 315' },
  contractedWatts:  { names: ['合同需量', '核定需量', 'contracted demand kw'], read: readKw, expected: 'kW with up to three decimals, as 250' },
  meteringSide:     { names: ['计量方式', 'metering side'], read: readWord(SIDES), expected: '高供高计, 高供低计 or 低供低计 (high, or low where the losses of the transformer are added)' },
  currentRatio:     { names: ['CT变比', '电流互感器变比', 'ct'], read: readRatio, expected: 'a whole ratio, as 40 or 200/5' },
  voltageRatio:     { names: ['PT变比', '电压互感器变比', 'pt'], read: readRatio, expected: 'a whole ratio, as 100 or 10000/100' },
  meterNumber:      { names: ['电能表编号', '表号', 'meter number'], read: readMeterNumber, expected: 'letters, digits and dashes, as printed on the meter' },
  tariff:           { names: ['电价代码', 'tariff'], read: readId, expected: ID },
  district:         { names: ['台区编号', '台区', 'district'], read: readId, expected: ID },
  feeder:           { names: ['线路编号', '线路', 'feeder'], read: readId, expected: ID },
  persons:          { names: ['家庭人口', 'persons'], read: readCount(1, 99), expected: 'how many persons, 1 to 99' },
  protection:       { names: ['免停电原因', 'protection'], read: readText, expected: TEXT },
  importance:       { names: ['重要用户等级', 'importance'], read: readWord(GRADES), expected: '一级 or 二级 (1 or 2)' },
};
export const ROW_FIELDS = Object.keys(COLUMNS) as readonly RowField[];

/** More names for columns, as a site's own exports have them. */
export type ColumnNames = Readonly<Record<string, readonly string[]>>;

/** Plain forms of full-width characters, without blanks around. */
export const plainOf = (text: string): string => text.normalize('NFKC').trim();
const keyOf = (name: string): string =>
  plainOf(name)
    .toLowerCase()
    .replace(/[\s_-]+/g, '');

/** Which field a column of a file is, by its head; undefined where nobody knows it. */
export function fieldFinder(more: ColumnNames): (head: string) => RowField | undefined {
  const fields = new Map<string, RowField>();
  for (const field of ROW_FIELDS) {
    for (const name of [field, ...COLUMNS[field].names, ...(more[field] ?? [])]) fields.set(keyOf(name), field);
  }
  return (head) => fields.get(keyOf(head));
}
