import { PROTOCOLS } from '../compose/protocols.ts';
import { loadConfig } from '../config/load.ts';
import { type BillExplanation, explainBill } from '../core/services/bill-explanation.ts';
import { plansKnown } from '../core/services/tariff-book.ts';
import { OperatorError } from '../kernel/app-error.ts';
import { systemClock } from '../kernel/clock.ts';
import { asId, type MeterPointId } from '../kernel/ids.ts';
import { formatMoney } from '../kernel/units.ts';
import { askFolder } from '../store/sqlite/index.ts';
import { billAnswer, billText } from './bill.ts';

export interface ExplainOptions {
  readonly config: string;
  readonly data: string;
  readonly point: string;
  readonly month?: string;
}

/** Rates a period of a running or resting gateway again, from its own readings and facts. */
export function explainStored({ config: file, data, point, month }: ExplainOptions): BillExplanation {
  const config = loadConfig(file, PROTOCOLS);
  const meterPointId = asId<MeterPointId>(point);
  const found = config.points.find(({ meterPoint }) => meterPoint.id === meterPointId);
  if (found === undefined)
    throw new OperatorError('not-found', `${file} has no meter point ${point}; name one of its meters' meterPoint or id.`, { point });
  const now = systemClock.now();
  const explained = askFolder(data, (ask) => {
    const plans = plansKnown(ask('archiveStated', { aspects: ['rates'] }), config.tariffs.values());
    const plan = plans.get(found.meterPoint.tariff);
    if (plan === undefined) throw new OperatorError('config-invalid', `${file} has no tariff ${found.meterPoint.tariff}.`, { point });
    const { readingDay, instalmentDays } = config.settlement;
    const terms = { zone: found.meterPoint.zone, plan, planOf: (id: string) => plans.get(id), cycle: { readingDay, instalmentDays } };
    return explainBill(ask, meterPointId, terms, now, month);
  });
  if (explained === undefined)
    throw new OperatorError(
      'not-found',
      `${point} has no ${month === undefined ? 'open period: nothing was read yet' : `bill of ${month}`}.`,
      { point },
    );
  return explained;
}

export const explanationAnswer = ({ facts, tariff, bill, issued }: BillExplanation): object => ({
  ...billAnswer({ facts, tariff, bill, postings: undefined }),
  issued: issued.map(({ number, kind, total, corrects }) => ({ number, kind, total: formatMoney(total), corrects: corrects ?? null })),
});

export const explanationText = ({ facts, tariff, bill, issued }: BillExplanation): readonly string[] => [
  ...billText({ facts, tariff, bill, postings: undefined }),
  '',
  ...(issued.length === 0
    ? ['no bill was issued of this period yet']
    : issued.map(
        ({ number, kind, total, billedBefore }) =>
          `${kind} ${number}: ${formatMoney(total)} yuan${billedBefore === 0n ? '' : `, ${formatMoney(billedBefore)} billed before`}`,
      )),
];
