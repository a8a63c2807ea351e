/** Money in a story of settlement: paid, undone, booked again, set aside, paid out, given as credit, and charged for being late. */
import { customerAccount, lateFeeAccount } from '../../src/core/model/journal.ts';
import { formatInstant } from '../../src/kernel/clock.ts';
import { type Actor, asId, type EntryId } from '../../src/kernel/ids.ts';
import { formatMoney, type Money, NO_MONEY, subtractMoney } from '../../src/kernel/units.ts';
import { yuan } from './core-facts.ts';
import { accountNow, CLERK, note, type Story } from './settlement-story.ts';
import { prepaying } from './settlement-story-proof.ts';

const CHIEF = asId<Actor>('chief');
const SHARES = [100, 30, 0];
const AMOUNTS = ['20.00', '75.55', '300.00', '5000.00', '90000.00'];

const someAmount = ({ below }: Story): Money => yuan(AMOUNTS[below(AMOUNTS.length)] ?? '20.00');
const someAccount = ({ accounts, below }: Story) => accounts[below(accounts.length)];

/** At the counter, or through a bank. */
export async function pay(story: Story): Promise<void> {
  const { world, below } = story;
  const key = story.key();
  const amount = someAmount(story);
  const outcome = await world.payments.post({
    ...{ accountId: accountNow(story), amount, channel: below(2) === 0 ? 'cash' : 'bank', channelSerial: key },
    ...{ channelDate: formatInstant(world.clock.now()).slice(0, 10), idempotencyKey: key, actor: CLERK },
  });
  if (!outcome.ok) throw new TypeError(`a payment was ${outcome.error.code}`);
  note(story, 'pay', `${formatMoney(amount)} to ${accountNow(story)}`);
  story.payments.push(outcome.value.value.entryId);
}

async function undo(story: Story, entryId: EntryId, amount: Money | undefined): Promise<EntryId | undefined> {
  const { reversals, store } = story.world;
  const asked = await reversals.ask({ entryId, amount, reason: 'a mistake', idempotencyKey: story.key(), actor: CLERK });
  if (!asked.ok) return undefined;
  const reversalId = asked.value.value.id;
  const approved = await reversals.approve({ reversalId, idempotencyKey: story.key(), actor: CHIEF });
  if (!approved.ok || asked.value.value.accountId === undefined) return undefined;
  const account = customerAccount(asked.value.value.accountId);
  const { items } = await store.read('entries', { account, limit: 20 });
  return items.find(({ reverses }) => reverses === entryId)?.id;
}

/** A payment was a mistake, whole or in part. */
export async function undoPayment(story: Story): Promise<void> {
  const { payments, below } = story;
  const entryId = payments[below(Math.max(1, payments.length))];
  if (entryId === undefined) return;
  const undone = await undo(story, entryId, below(2) === 0 ? undefined : yuan('7.77'));
  note(story, 'undo', `${entryId}: ${undone ?? 'refused'}`);
}

/** Bought in cash, undone at the counter, and booked again to whom it was for. */
export async function buyAgain(story: Story): Promise<void> {
  await pay(story);
  const entryId = story.payments.at(-1);
  const undone = entryId && (await undo(story, entryId, story.below(2) === 0 ? undefined : yuan('5.00')));
  const accountId = someAccount(story);
  if (undone === undefined || accountId === undefined) return;
  const order = { entryId: undone, accountId, reason: 'for the other one', idempotencyKey: story.key(), actor: CLERK };
  const booked = await story.world.credit.rebook(order);
  note(story, 'rebook', `${undone} to ${accountId}: ${booked.ok ? 'booked' : booked.error.code}`);
}

/** Somebody wants his money back: what is left of his own is set aside and paid out. */
export async function payOut(story: Story): Promise<void> {
  const { world, below } = story;
  const accountId = someAccount(story);
  const account = accountId && (await world.store.read('account', { accountId }));
  if (accountId === undefined || account === undefined) return;
  const own = subtractMoney(account.balance, account.held);
  const amount = below(2) === 0 ? own : yuan('10.00');
  if (amount <= NO_MONEY) return;
  const common = { reason: 'wants it back', actor: CLERK };
  const hold = await world.holds.place({ accountId, amount, expiresAt: undefined, idempotencyKey: story.key(), ...common });
  note(story, 'hold', `${formatMoney(amount)} of ${accountId}: ${hold.ok ? 'placed' : hold.error.code}`);
  if (!hold.ok) return;
  const holdId = hold.value.value.id;
  // Some are left to expire.
  if (below(4) === 0) return;
  if (below(3) === 0) await world.holds.void({ holdId, idempotencyKey: story.key(), actor: CLERK });
  else {
    const channelDate = formatInstant(world.clock.now()).slice(0, 10);
    const through = { channel: 'cash', channelSerial: holdId, channelDate };
    await world.holds.payOut({ holdId, ...through, idempotencyKey: story.key(), actor: CLERK });
  }
}

export async function giveCredit(story: Story): Promise<void> {
  const { world, below } = story;
  const accountId = accountNow(story);
  const order = { accountId, amount: yuan('12.34'), reason: 'a present', idempotencyKey: story.key(), actor: CLERK };
  if (below(2) === 0) await world.credit.grantPromotion(order);
  else
    await world.credit.agree(
      { accountId, emergencyLimit: yuan('30'), recoveryShare: SHARES[below(SHARES.length)] ?? 100 },
      CLERK,
      'agreed',
    );
  note(story, 'credit', accountId);
}

/** A late fee was our mistake: paid or not, it is waived, whole or in part. */
export async function waiveFee(story: Story): Promise<void> {
  const accountId = someAccount(story);
  if (accountId === undefined) return;
  const { items } = await story.world.store.read('entries', { account: lateFeeAccount(accountId), limit: 20 });
  const fee = items.find(({ kind }) => kind === 'late-fee');
  if (fee === undefined) return;
  const owed = () => story.world.store.read('ledgerBalance', { account: lateFeeAccount(accountId) });
  const before = await owed();
  await undo(story, fee.id, story.below(2) === 0 ? undefined : yuan('0.30'));
  note(story, (await owed()) === before ? 'waive' : 'waive owed', `${fee.key} of ${accountId}`);
}

export async function chargeLateFees(story: Story): Promise<void> {
  const posted = await story.world.lateFees.run();
  if (posted > 0) note(story, 'late fee', `${posted}`);
  if ((await story.world.lateFees.run()) > 0) throw new TypeError('a second run of a day posted a fee');
}

/** Own money pays what it may: nothing of who prepays, nothing that is set aside, and nothing twice. */
export async function payDebts(story: Story): Promise<void> {
  const { world, accounts } = story;
  const standing = () => Promise.all(accounts.map((accountId) => world.store.read('account', { accountId })));
  const [before, keeping] = [await standing(), await prepaying(story)];
  const paid = await world.settlement.payDebts();
  if (paid > 0) note(story, 'paid from own', `${paid}`);
  if ((await world.settlement.payDebts()) > 0) throw new TypeError('a second run paid debts again');
  for (const [index, after] of (await standing()).entries()) {
    if (after === undefined || after.balance === before[index]?.balance) continue;
    const { account, balance, held } = after;
    if (account.id === keeping || balance < held) throw new TypeError(`${account.id} paid from money that was kept`);
  }
}
