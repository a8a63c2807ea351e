/**
 * What the ledger should do, said again as simply as possible: plain numbers of fen, no store, no code of the product. Written from the
 * rules alone: a key and a serial count once for ever, own money is set aside only where it is available, a hold ends once and in time, a
 * charge is the rounded use of a period so far less what was posted of it; it takes promotion, own money, emergency credit and own money
 * again, and where it is corrected no more promotion stays used than the period costs; a payment repays emergency credit, the overdraft,
 * and by a share what is owed; own money of who pays after reading pays what is owed beside it; an entry but a charge is undone whole once
 * or in parts.
 */

export type LedgerCommand =
  | { readonly kind: 'pay'; readonly account: string; readonly fen: bigint; readonly serial: string; readonly key: string }
  | { readonly kind: 'hold'; readonly account: string; readonly fen: bigint; readonly key: string; readonly seconds: number }
  /** Of the holds placed so far, counted round. */
  | { readonly kind: 'void'; readonly hold: number; readonly key: string }
  | { readonly kind: 'payOut'; readonly hold: number; readonly serial: string; readonly key: string }
  /** The expiry may be late, and money whose time has passed is its owner's all the same. */
  | { readonly kind: 'wait'; readonly seconds: number; readonly expires: boolean }
  /** Energy in 10⁻⁶ kWh. */
  | { readonly kind: 'use'; readonly account: string; readonly microKwh: bigint }
  /** Less was used in the open period than was thought, by so much or all of it. */
  | { readonly kind: 'correct'; readonly account: string; readonly microKwh: bigint }
  | { readonly kind: 'post'; readonly account: string }
  /** Posts the rest of the period and opens the next. */
  | { readonly kind: 'settle'; readonly account: string }
  /** Of the settled periods so far, counted round: so much was used, and this account pays for it, beforehand or after reading. */
  | { readonly kind: 'review'; readonly period: number; readonly account: string; readonly isLater: boolean; readonly microKwh: bigint }
  | { readonly kind: 'grant'; readonly account: string; readonly fen: bigint; readonly key: string }
  | { readonly kind: 'agree'; readonly account: string; readonly fen: bigint; readonly share: number }
  /** Owed for energy, or for paying late. */
  | { readonly kind: 'owe'; readonly account: string; readonly fen: bigint; readonly what: 'receivable' | 'lateFee' }
  | { readonly kind: 'suspend'; readonly fen: bigint; readonly serial: string; readonly key: string }
  /** Of what came into suspense so far, counted round. */
  | { readonly kind: 'assign'; readonly suspense: number; readonly account: string; readonly key: string }
  /** Of what was given back so far, counted round. */
  | { readonly kind: 'rebook'; readonly back: number; readonly account: string; readonly key: string }
  /** Of the payments so far, counted round; asked by one and approved by another. */
  | { readonly kind: 'undo'; readonly payment: number; readonly fen: bigint | undefined; readonly key: string }
  /** Own money pays the debts that lie beside it. */
  | { readonly kind: 'payDebts' }
  /** Of the entries so far, counted round. */
  | { readonly kind: 'reverse'; readonly entry: number };

/** What an entry moves, and where an account stands. */
export interface Buckets {
  own: bigint;
  promotion: bigint;
  emergency: bigint;
  receivable: bigint;
  lateFee: bigint;
}
const BUCKETS = ['own', 'promotion', 'emergency', 'receivable', 'lateFee'] as const;
const NOTHING: Buckets = { own: 0n, promotion: 0n, emergency: 0n, receivable: 0n, lateFee: 0n };

export interface ModelAccount extends Buckets {
  held: bigint;
  accrued: bigint;
  limit: bigint;
  share: number;
}

interface ModelHold {
  readonly account: string;
  readonly fen: bigint;
  readonly expiresAt: number;
  state: 'placed' | 'posted' | 'voided' | 'expired';
}

interface ModelEntry {
  readonly account: string;
  readonly moves: Buckets;
  /** What of it no part has undone yet. */
  readonly left: Buckets;
  /** Of what it brought in. */
  undone: bigint;
}

/** Who pays for a period, and what it has cost each who ever did. */
interface ModelPeriod {
  account: string;
  isLater: boolean;
  used: bigint;
  posted: bigint;
  readonly costs: Map<string, { fen: bigint; fromPromotion: bigint }>;
}
const periodOf = (account: string): ModelPeriod => ({ account, isLater: false, used: 0n, posted: 0n, costs: new Map() });

const least = (...values: readonly bigint[]): bigint => values.reduce((left, right) => (left < right ? left : right));
const atLeastNothing = (value: bigint): bigint => (value > 0n ? value : 0n);

/** 0.5283 yuan a kWh: a fen is 18,928 and a bit of 10⁻⁶ kWh, so that every rounding shows. */
export const PRICE_YUAN_PER_KWH = '0.5283';
/** fen × 10⁶ a kWh. */
const MICRO_FEN_PER_KWH = 52_830_000n;
const MICRO_KWH_TIMES_MICRO_FEN = 1_000_000_000_000n;

/** More than any entry moves: it is undone whole. */
const WHOLE = 10n ** 18n;

/** @param afterReading who of them pays after reading; the others prepay */
export function createLedgerModel(accounts: readonly string[], afterReading: readonly string[]) {
  const balances = new Map(
    accounts.map((name): [string, ModelAccount] => [name, { ...NOTHING, held: 0n, accrued: 0n, limit: 0n, share: 100 }]),
  );
  const open = new Map(accounts.map((name) => [name, periodOf(name)]));
  const settled: ModelPeriod[] = [];
  const keys = new Map<string, string>();
  const paymentSerials = new Map<string, string>();
  const suspenseSerials = new Set<string>();
  const payoutSerials = new Set<string>();
  const holds: ModelHold[] = [];
  const entries: ModelEntry[] = [];
  let now = 0;

  const of = (name: string): ModelAccount => {
    const account = balances.get(name);
    if (account === undefined) throw new Error(`no account ${name}`);
    return account;
  };
  const suspense: { readonly fen: bigint; assigned: boolean }[] = [];
  const payments: ModelEntry[] = [];
  const givenBack: { readonly fen: bigint; rebooked: boolean }[] = [];
  /** False, and nothing is moved, where an account would come to its wrong side. */
  const move = (name: string, moves: Buckets): boolean => {
    const account = of(name);
    const after = Object.fromEntries(BUCKETS.map((bucket) => [bucket, account[bucket] + moves[bucket]])) as unknown as Buckets;
    if (after.promotion < 0n || after.emergency > 0n || after.receivable > 0n || after.lateFee > 0n) return false;
    Object.assign(account, after);
    return true;
  };
  const enter = (account: string, moves: Buckets): ModelEntry => {
    move(account, moves);
    const entry = { account, moves, left: { ...moves }, undone: 0n };
    entries.push(entry);
    return entry;
  };
  /** What comes in repays in its order. */
  const comeIn = (name: string, fen: bigint): ModelEntry => {
    const { own, emergency, receivable, lateFee, share } = of(name);
    const toEmergency = least(fen, -emergency);
    const toOverdraft = least(fen - toEmergency, atLeastNothing(-own));
    const rest = fen - toEmergency - toOverdraft;
    const forDebts = (rest * BigInt(share) * 2n + 100n) / 200n;
    const toReceivable = least(forDebts, -receivable);
    const toLateFee = least(forDebts - toReceivable, -lateFee);
    const left = rest - toReceivable - toLateFee;
    return enter(name, { own: toOverdraft + left, promotion: 0n, emergency: toEmergency, receivable: toReceivable, lateFee: toLateFee });
  };
  const openOf = (name: string): ModelPeriod => {
    const period = open.get(name);
    if (period === undefined) throw new Error(`no period of ${name}`);
    return period;
  };
  /** What is used takes in its order. */
  const taken = ({ own, promotion, emergency, limit }: ModelAccount, fen: bigint): Buckets => {
    const fromPromotion = least(fen, promotion);
    const fromOwn = least(fen - fromPromotion, atLeastNothing(own));
    const fromEmergency = least(fen - fromPromotion - fromOwn, atLeastNothing(limit + emergency));
    return { ...NOTHING, promotion: -fromPromotion, emergency: -fromEmergency, own: -(fen - fromPromotion - fromEmergency) };
  };
  /** No more promotion stays used than the period costs; the rest is owed no more, or own money. */
  const comesBack = (fen: bigint, cost: { fen: bigint; fromPromotion: bigint }, owed: bigint): Buckets => {
    const staysUsed = least(cost.fromPromotion, atLeastNothing(cost.fen - fen));
    const promotion = cost.fromPromotion - staysUsed;
    const receivable = least(fen - promotion, owed);
    return { ...NOTHING, promotion, receivable, own: fen - promotion - receivable };
  };
  const charge = ({ account: name, isLater, costs }: ModelPeriod, fen: bigint): void => {
    const account = of(name);
    const cost = costs.get(name) ?? { fen: 0n, fromPromotion: 0n };
    const back = () => comesBack(-fen, cost, isLater ? -account.receivable : 0n);
    const moves = fen < 0n ? back() : isLater ? { ...NOTHING, receivable: -fen } : taken(account, fen);
    move(name, moves);
    costs.set(name, { fen: cost.fen + fen, fromPromotion: cost.fromPromotion - moves.promotion });
  };
  const rated = (microKwh: bigint): bigint => {
    const exact = microKwh * MICRO_FEN_PER_KWH;
    return (2n * exact + MICRO_KWH_TIMES_MICRO_FEN) / (2n * MICRO_KWH_TIMES_MICRO_FEN);
  };
  const postAll = (period: ModelPeriod): void => {
    charge(period, rated(period.used) - period.posted);
    period.posted = rated(period.used);
  };
  const end = (hold: ModelHold, state: ModelHold['state']) => {
    hold.state = state;
    of(hold.account).held -= hold.fen;
  };
  const roundIn = <T>(list: readonly T[], index: number): T | undefined => list[index % Math.max(1, list.length)];

  function pay({ account, fen, serial, key }: Extract<LedgerCommand, { kind: 'pay' }>): string {
    const content = `pay ${account} ${fen} ${serial}`;
    const before = keys.get(key) ?? paymentSerials.get(serial);
    if (before !== undefined) return before === content ? 'replayed' : 'idempotency-mismatch';
    if (!balances.has(account)) return 'not-found';
    if (suspenseSerials.has(serial)) return 'idempotency-mismatch';
    keys.set(key, content);
    paymentSerials.set(serial, content);
    payments.push(comeIn(account, fen));
    return 'done';
  }

  function hold({ account, fen, key, seconds }: Extract<LedgerCommand, { kind: 'hold' }>): string {
    const content = `hold ${account} ${fen} ${now + seconds}`;
    const before = keys.get(key);
    if (before !== undefined) return before === content ? 'replayed' : 'idempotency-mismatch';
    const known = balances.get(account);
    if (known === undefined) return 'not-found';
    // What will be given back counts once it is posted, and emergency credit that was used is repaid first.
    if (fen > known.own + known.emergency - known.held - atLeastNothing(known.accrued)) return 'insufficient-funds';
    keys.set(key, content);
    known.held += fen;
    holds.push({ account, fen, expiresAt: now + seconds, state: 'placed' });
    return 'done';
  }

  function payOut({ hold: index, serial, key }: Extract<LedgerCommand, { kind: 'payOut' }>): string {
    const asked = roundIn(holds, index);
    const content = `payOut ${holds.length === 0 ? 'none' : index % holds.length} ${serial}`;
    const before = keys.get(key);
    if (before !== undefined) return before === content ? 'replayed' : 'idempotency-mismatch';
    if (asked === undefined) return 'not-found';
    if (asked.state !== 'placed' || asked.expiresAt <= now) return 'hold-ended';
    if (payoutSerials.has(serial)) return 'idempotency-mismatch';
    keys.set(key, content);
    payoutSerials.add(serial);
    end(asked, 'posted');
    enter(asked.account, { ...NOTHING, own: -asked.fen });
    return 'done';
  }

  function giveBack({ hold: index, key }: Extract<LedgerCommand, { kind: 'void' }>): string {
    const asked = roundIn(holds, index);
    const content = `void ${holds.length === 0 ? 'none' : index % holds.length}`;
    const before = keys.get(key);
    if (before !== undefined) return before === content ? 'replayed' : 'idempotency-mismatch';
    if (asked === undefined) return 'not-found';
    if (asked.state !== 'placed') return 'hold-ended';
    keys.set(key, content);
    end(asked, 'voided');
    return 'done';
  }

  function wait({ seconds, expires }: Extract<LedgerCommand, { kind: 'wait' }>): string {
    now += seconds;
    if (!expires) return 'waited';
    const due = holds.filter(({ state, expiresAt }) => state === 'placed' && expiresAt <= now);
    for (const each of due) end(each, 'expired');
    return `expired ${due.length}`;
  }

  function use(account: string, microKwh: bigint): string {
    const period = openOf(account);
    period.used = atLeastNothing(period.used + microKwh);
    of(account).accrued = rated(period.used) - period.posted;
    return 'done';
  }

  function post(name: string): string {
    postAll(openOf(name));
    of(name).accrued = 0n;
    return 'done';
  }

  function settle(name: string): string {
    post(name);
    settled.push(openOf(name));
    open.set(name, periodOf(name));
    return 'done';
  }

  function review({ period: index, account, isLater, microKwh }: Extract<LedgerCommand, { kind: 'review' }>): string {
    const period = roundIn(settled, index);
    if (period === undefined) return 'not-found';
    if (period.account !== account || period.isLater !== isLater) {
      charge(period, -period.posted);
      period.posted = 0n;
    }
    Object.assign(period, { account, isLater, used: microKwh });
    postAll(period);
    return 'done';
  }

  function reverse(entry: ModelEntry | undefined): string {
    if (entry === undefined) return 'not-found';
    if (entry.undone > 0n) return 'duplicate';
    const back = Object.fromEntries(BUCKETS.map((bucket) => [bucket, -entry.moves[bucket]])) as unknown as Buckets;
    if (!move(entry.account, back)) return 'conflict';
    entry.undone = WHOLE;
    return 'done';
  }

  function grant({ account, fen, key }: Extract<LedgerCommand, { kind: 'grant' }>): string {
    const content = `grant ${account} ${fen}`;
    const before = keys.get(key);
    if (before !== undefined) return before === content ? 'replayed' : 'idempotency-mismatch';
    if (!balances.has(account)) return 'not-found';
    keys.set(key, content);
    move(account, { ...NOTHING, promotion: fen });
    return 'done';
  }

  function agree({ account, fen, share }: Extract<LedgerCommand, { kind: 'agree' }>): string {
    Object.assign(of(account), { limit: fen, share });
    return 'done';
  }

  function suspend({ fen, serial, key }: Extract<LedgerCommand, { kind: 'suspend' }>): string {
    const content = `suspend ${fen} ${serial}`;
    const before = keys.get(key);
    if (before !== undefined) return before === content ? 'replayed' : 'idempotency-mismatch';
    // The serial is the channel's, whatever came in with it.
    if (paymentSerials.has(serial) || suspenseSerials.has(serial)) return 'idempotency-mismatch';
    keys.set(key, content);
    suspenseSerials.add(serial);
    suspense.push({ fen, assigned: false });
    return 'done';
  }

  function assign({ suspense: index, account, key }: Extract<LedgerCommand, { kind: 'assign' }>): string {
    const found = roundIn(suspense, index);
    if (found === undefined) return 'not-found';
    const content = `assign ${index % suspense.length} ${account}`;
    const before = keys.get(key);
    if (before !== undefined) return before === content ? 'replayed' : 'idempotency-mismatch';
    if (found.assigned) return 'suspense-ended';
    if (!balances.has(account)) return 'not-found';
    keys.set(key, content);
    found.assigned = true;
    comeIn(account, found.fen);
    return 'done';
  }

  function rebook({ back: index, account, key }: Extract<LedgerCommand, { kind: 'rebook' }>): string {
    const found = roundIn(givenBack, index);
    if (found === undefined) return 'not-found';
    const content = `rebook ${index % givenBack.length} ${account}`;
    const before = keys.get(key);
    if (before !== undefined) return before === content ? 'replayed' : 'idempotency-mismatch';
    if (found.rebooked) return 'already-rebooked';
    if (!balances.has(account)) return 'not-found';
    keys.set(key, content);
    found.rebooked = true;
    payments.push(comeIn(account, found.fen));
    return 'done';
  }

  function payDebts(): string {
    let paid = 0;
    for (const name of afterReading) {
      const { own, held, receivable, lateFee } = of(name);
      const free = atLeastNothing(own - held);
      const toReceivable = least(free, -receivable);
      const toLateFee = least(free - toReceivable, -lateFee);
      if (toReceivable + toLateFee === 0n) continue;
      move(name, { ...NOTHING, own: -toReceivable - toLateFee, receivable: toReceivable, lateFee: toLateFee });
      paid += 1;
    }
    return `paid ${paid}`;
  }

  function whyNotUndone({ undone }: ModelEntry, fen: bigint | undefined, total: bigint): string | undefined {
    if (fen === undefined) return undone > 0n ? 'already-reversed' : undefined;
    if (fen >= total) return 'not-reversible';
    return undone + fen > total ? 'already-reversed' : undefined;
  }

  /** Of what came in own money goes back first, then what it repaid, last what it repaid first. */
  function partBack({ left }: ModelEntry, fen: bigint): Buckets {
    const back = { ...NOTHING };
    let rest = fen;
    for (const bucket of ['own', 'lateFee', 'receivable', 'emergency'] as const) {
      const taken = least(rest, left[bucket]);
      back[bucket] = -taken;
      left[bucket] -= taken;
      rest -= taken;
    }
    return back;
  }

  function undo({ payment: index, fen, key }: Extract<LedgerCommand, { kind: 'undo' }>): string {
    const entry = roundIn(payments, index);
    const content = `undo ${payments.length === 0 ? 'none' : index % payments.length} ${fen}`;
    const before = keys.get(key);
    if (before !== undefined) return before === content ? 'replayed' : 'idempotency-mismatch';
    if (entry === undefined) return 'not-found';
    const total = BUCKETS.reduce((sum, bucket) => sum + entry.moves[bucket], 0n);
    const refused = whyNotUndone(entry, fen, total);
    if (refused !== undefined) return refused;
    keys.set(key, content);
    move(entry.account, partBack(entry, fen ?? total));
    entry.undone = fen === undefined ? WHOLE : entry.undone + fen;
    givenBack.push({ fen: fen ?? total, rebooked: false });
    return 'done';
  }

  return {
    account: of,
    run(command: LedgerCommand): string {
      switch (command.kind) {
        case 'pay':
          return pay(command);
        case 'hold':
          return hold(command);
        case 'payOut':
          return payOut(command);
        case 'void':
          return giveBack(command);
        case 'wait':
          return wait(command);
        case 'use':
          return use(command.account, command.microKwh);
        case 'correct':
          return use(command.account, -command.microKwh);
        case 'post':
          return post(command.account);
        case 'settle':
          return settle(command.account);
        case 'review':
          return review(command);
        case 'grant':
          return grant(command);
        case 'agree':
          return agree(command);
        case 'owe':
          enter(command.account, { ...NOTHING, [command.what]: -command.fen });
          entries.pop();
          return 'done';
        case 'suspend':
          return suspend(command);
        case 'assign':
          return assign(command);
        case 'rebook':
          return rebook(command);
        case 'undo':
          return undo(command);
        case 'payDebts':
          return payDebts();
        case 'reverse':
          return reverse(roundIn(entries, command.entry));
      }
    },
  };
}
