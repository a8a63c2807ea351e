/**
 * Plays stories of the settlement of one meter point, whatever comes next: registers that are silent, late, misread or put right, meters
 * and customers that come and go, contracts, tariffs and demand that are entered late, money that is paid, undone and paid out, and jobs
 * that run late, twice or on a gateway that was started again. Asks on the way and at the end whether all holds, and whether what stands
 * is what a review makes of it.
 */
import { POINT } from './core-facts.ts';
import { createStory, note, read, type Story } from './settlement-story.ts';
import * as acts from './settlement-story-acts.ts';
import { HOUR_MS } from './settlement-story-meters.ts';
import * as money from './settlement-story-money.ts';
import { disagreements, violationsOf } from './settlement-story-proof.ts';

const STEPS = 70;
/** Which of a hundred and more chances an act has. */
const ACTS: readonly (readonly [chances: number, act: acts.Act])[] = [
  [28, acts.poll],
  [6, acts.pollPartly],
  [6, acts.readLate],
  [6, acts.readFrozen],
  [6, acts.enterReading],
  [3, acts.changeRatio],
  [2, acts.handOver],
  [2, acts.closeSupply],
  [2, acts.replaceMeter],
  [3, acts.correctInstallation],
  [2, acts.changeTariff],
  [4, acts.tellDemand],
  [2, acts.changeCapacity],
  [3, acts.changeTerms],
  [3, acts.startAnew],
  [6, acts.endDay],
  [5, money.pay],
  [2, money.undoPayment],
  [2, money.buyAgain],
  [2, money.payOut],
  [2, money.giveCredit],
  [6, money.chargeLateFees],
  [4, money.waiveFee],
];
const CHANCES = ACTS.reduce((sum, [chances]) => sum + chances, 0);

export interface StoriesReport {
  readonly stories: number;
  readonly seed: number;
  /** What was done, how often. */
  readonly told: Readonly<Record<string, number>>;
}

/** Throws with seed and diary of the first story in which something does not hold; that seed alone plays it again. */
export async function assertSettlementStories(count: number, seed: number): Promise<StoriesReport> {
  const told: Record<string, number> = {};
  for (let each = seed; each < seed + count; each++) {
    const { story, found } = await playStory(each);
    if (found.length > 0) throw new Error([`story ${each}`, ...story.diary, ...found].join('\n'));
    for (const [what, times] of story.told) told[what] = (told[what] ?? 0) + times;
  }
  return { stories: count, seed, told };
}

export async function playStory(seed: number): Promise<{ readonly story: Story; readonly found: readonly string[] }> {
  const story = await createStory(seed);
  try {
    return { story, found: await tell(story) };
  } catch (error) {
    throw new Error([`story ${seed}`, ...story.diary].join('\n'), { cause: error });
  } finally {
    await story.ground.store.close();
  }
}

/** @returns what does not hold, as soon as anything does not */
async function tell(story: Story): Promise<readonly string[]> {
  const { below } = story;
  if (below(3) > 0) await richly(story);
  await read(story, story.start);
  for (let step = 0; step < STEPS; step++) {
    await story.world.clock.advance((1 + below(below(5) === 0 ? 500 : 50)) * HOUR_MS);
    await someAct(below(CHANCES))(story);
    if (below(3) > 0) await acts.runJobs(story);
    const found = step % 7 === 0 ? violationsOf(story) : [];
    if (found.length > 0) return found;
  }
  await acts.poll(story);
  await acts.runJobs(story);
  note(story, 'ends');
  const found = await disagreements(story);
  return found.length > 0 ? found : reviewedOnceMore(story);
}

/** What stands is what a review makes of it: one that nobody had a reason for finds nothing. */
async function reviewedOnceMore({ world }: Story): Promise<readonly string[]> {
  await world.commit({ kind: 'review', meterPointId: POINT.id, at: world.clock.now(), reason: 'for no reason' });
  const corrected = await world.settlement.review();
  return corrected === 0 ? [] : [`a review for no reason corrected ${corrected} bills`];
}

/** Nobody who has enough is refused anything for what he owes. */
async function richly(story: Story): Promise<void> {
  for (let times = 0; times < 20; times++) await money.pay(story);
}

function someAct(chance: number): acts.Act {
  let past = 0;
  for (const [chances, act] of ACTS) {
    past += chances;
    if (chance < past) return act;
  }
  return acts.poll;
}
