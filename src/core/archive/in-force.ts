import type { Instant } from '../../kernel/clock.ts';
import { type ArchiveSubject, type Aspects, type DatedFact, type RecordedFact, type Supply, subjectOf } from '../model/archive.ts';

export const holdsAt = ({ from, to }: Pick<DatedFact, 'from' | 'to'>, at: Instant): boolean => from <= at && (to === undefined || at < to);

export function aspectsAt(facts: readonly DatedFact[], at: Instant): Aspects {
  return Object.fromEntries(facts.filter((fact) => holdsAt(fact, at)).map(({ aspect, value }) => [aspect, value]));
}

/** @param factsOf the believed facts of a subject; none where it is not in the archive */
export function supplyAt(meterPoint: ArchiveSubject, at: Instant, factsOf: (subject: ArchiveSubject) => readonly DatedFact[]): Supply {
  const point = aspectsAt(factsOf(meterPoint), at);
  const contractId = point.contract?.contractId;
  const contract = contractId === undefined ? {} : aspectsAt(factsOf(subjectOf('contract', contractId)), at);
  const customerId = contract.parties?.customerId;
  const customer = customerId === undefined ? {} : aspectsAt(factsOf(subjectOf('customer', customerId)), at);
  return { point, contractId, contract, customerId, customer };
}

/** Whether use is taken from money that is there already: so it is agreed, or nothing else is. */
export function paysBefore({ contract }: Supply): boolean {
  const method = contract.terms?.settlementMethod;
  return method === undefined || method === 'prepay';
}

/** What was believed at `asOf`: a later correction is not in it. */
export function believedAt(facts: readonly RecordedFact[], asOf: Instant): readonly RecordedFact[] {
  return facts.filter(({ recordedAt, replacedAt }) => recordedAt <= asOf && (replacedAt === undefined || asOf < replacedAt));
}
