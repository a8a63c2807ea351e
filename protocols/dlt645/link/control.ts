/**
 * The control byte C:
 *
 *     b7 reply   b6 abnormal   b5 more follows   b4..b0 function
 */
const REPLY = 0x80;
const ABNORMAL = 0x40;
const MORE = 0x20;
const FUNCTION = 0x1f;

export const isReply = (control: number): boolean => (control & REPLY) !== 0;
export const isAbnormal = (control: number): boolean => (control & ABNORMAL) !== 0;
export const hasMore = (control: number): boolean => (control & MORE) !== 0;
export const functionOf = (control: number): number => control & FUNCTION;

/** The control byte of a normal reply. */
export const replyControl = (functionCode: number, more = false): number => REPLY | (more ? MORE : 0) | functionCode;
/** The control byte of a refusal. */
export const abnormalControl = (functionCode: number): number => REPLY | ABNORMAL | functionCode;
