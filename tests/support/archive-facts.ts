/** A supply that lacks nothing, as facts of the archive; tests take away the one thing that they are about. */
import type { ArchiveChange, AspectName, Aspects, AspectTimeline, AspectValues, Sealed, Supply } from '../../src/core/model/archive.ts';
import { BEGINNING } from '../../src/core/model/archive.ts';
import { asId } from '../../src/kernel/ids.ts';
import { EVENING } from './core-facts.ts';

export const SEAL_KEY = '11'.repeat(32);
export const OTHER_SEAL_KEY = '22'.repeat(32);

export const sealedText = (hash: string): Sealed => ({ keyId: 'k', hash, sealed: `cipher-${hash}` });

export const CUSTOMER_ASPECTS = {
  identity: { name: '王小明', address: '幸福路 8 号 3 栋 201', document: sealedText('d'), property: sealedText('p') },
  contacts: {
    contacts: [
      { channel: 'mobile', address: sealedText('m'), working: true },
      { channel: 'phone', address: sealedText('l'), working: true },
    ],
  },
} as const satisfies Partial<AspectValues>;
export const CONTRACT_ASPECTS = {
  parties: { customerId: asId('c1'), accountId: asId('a1') },
  terms: { settlementMethod: 'prepay', settlementTime: '每月25日', breachLiability: '每日千分之一', temporary: false },
  feeControl: { number: 'FK-1' },
} as const satisfies Partial<AspectValues>;
export const POINT_ASPECTS = {
  contract: { contractId: asId('ht1') },
  class: { customerClass: 'residential' },
  capacity: { voltAmperes: 8_000 },
} as const satisfies Partial<AspectValues>;

export const supplyOf = ({
  point = {},
  contract = {},
  customer = {},
}: {
  point?: Aspects;
  contract?: Aspects;
  customer?: Aspects;
} = {}): Supply => ({
  point: { ...POINT_ASPECTS, ...point },
  contractId: asId('ht1'),
  contract: { ...CONTRACT_ASPECTS, ...contract },
  customerId: asId('c1'),
  customer: { ...CUSTOMER_ASPECTS, ...customer },
});

/** Says each aspect of a subject from the beginning on. */
export function changeOf(
  subject: ArchiveChange['subject'],
  aspects: Partial<AspectValues>,
  more: Partial<ArchiveChange> = {},
): ArchiveChange {
  const said = Object.entries(aspects).map(
    ([aspect, value]) => ({ aspect: aspect as AspectName, periods: [{ from: BEGINNING, value }] }) as unknown as AspectTimeline,
  );
  return { subject, at: EVENING, actor: asId('clerk'), reason: 'as signed', aspects: said, ...more };
}
