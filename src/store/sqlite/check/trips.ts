import type Database from 'better-sqlite3';
import type { Term } from '../../../core/model/decision.ts';
import type { Violation } from './violation.ts';

interface TripRow {
  readonly id: string;
  readonly created_at: bigint;
  readonly decision_id: string | null;
  readonly act: string | null;
  readonly at: bigint | null;
  readonly terms: string | null;
  readonly sealed: string | null;
}

/** I8: no trip for money without its complete file: a decision to trip, every term met, each with its proof, as it was sealed. */
export function* checkTrips(database: Database.Database): Iterable<Violation> {
  const trips = database.prepare<[], TripRow>(
    `with sealed as (select json_extract(body, '$.id') as id, json_extract(body, '$.terms') as terms from records where type = 'decision.trip')
     select c.id, c.created_at, c.decision_id, d.act, d.at, d.terms, sealed.terms as sealed
     from commands c left join decisions d on d.id = c.decision_id left join sealed on sealed.id = c.decision_id
     where c.action = 'trip' and c.cause = 'money' order by c.seq`,
  );
  for (const trip of trips.iterate()) {
    const found = whatIsMissing(trip);
    if (found !== undefined)
      yield { invariant: 'I8', where: `command:${trip.id}`, found, expected: 'a decision to trip, all terms met, each with its proof' };
  }
}

function whatIsMissing({ created_at, decision_id, act, at, terms, sealed }: TripRow): string | undefined {
  if (decision_id === null || act === null || at === null || terms === null) return 'no decision';
  if (act !== 'trip') return `a decision to ${act}`;
  if (at > created_at) return 'a decision that is younger than the command';
  if (sealed === null) return 'a decision that was never sealed';
  if (sealed !== JSON.stringify(JSON.parse(terms))) return 'other terms than those that were sealed';
  const list = JSON.parse(terms) as readonly Term[];
  if (list.length === 0) return 'no terms';
  const unproven = list.find(({ verdict, proof }) => verdict !== 'met' || proof === '');
  return unproven && `term ${unproven.name} is ${unproven.verdict}, proof “${unproven.proof}”`;
}
