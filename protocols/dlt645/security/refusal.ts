/**
 * SERR, the two bytes with which function 03 is refused, low byte first. The last two bits are one firmware's own.
 */
export const SECURITY_ERROR = {
  other: 0x0001,
  duplicateRecharge: 0x0002,
  verification: 0x0004,
  authentication: 0x0008,
  customer: 0x0010,
  count: 0x0020,
  hoarding: 0x0040,
  memory: 0x0080,
  suspended: 0x0100,
} as const;

const TEXTS: Readonly<Record<keyof typeof SECURITY_ERROR, string>> = {
  other: 'other error',
  duplicateRecharge: 'recharge is a duplicate',
  verification: 'ESAM verification failed',
  authentication: 'identity authentication failed',
  customer: 'customer number does not match',
  count: 'wrong recharge count',
  hoarding: 'recharge would hoard too much',
  memory: 'memory or address error',
  suspended: 'remote control is suspended',
};

/** What a refused security request has against it, one text for each bit. */
export function securityErrorTexts(error: number): readonly string[] {
  return (Object.keys(SECURITY_ERROR) as (keyof typeof SECURITY_ERROR)[])
    .filter((name) => (error & SECURITY_ERROR[name]) !== 0)
    .map((name) => TEXTS[name]);
}
