/**
 * What the ledger should do, said again as simply as possible: plain numbers of fen, no store, no code of the product. Written from the
 * rules alone: a key and a serial count once for ever, own money is set aside only where it is available, a hold ends once and in time, a
 * charge is the rounded use so far less what was posted of it; it takes promotion, own money, emergency credit and own money again; a
 * payment repays emergency credit, the overdraft, and by a share what is owed; an entry is undone whole once or in parts.
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
  | { readonly kind: 'post'; readonly account: string }
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

const least = (...values: readonly bigint[]): bigint => values.reduce((left, right) => (left < right ? left : right));
const atLeastNothing = (value: bigint): bigint => (value > 0n ? value : 0n);

/** 0.5283 yuan a kWh: a fen is 18,928 and a bit of 10⁻⁶ kWh, so that every rounding shows. */
export const PRICE_YUAN_PER_KWH = '0.5283';
/** fen × 10⁶ a kWh. */
const MICRO_FEN_PER_KWH = 52_830_000n;
const MICRO_KWH_TIMES_MICRO_FEN = 1_000_000_000_000n;

/** More than any entry moves: it is undone whole. */
const WHOLE = 10n ** 18n;

export function createLedgerModel(accounts: readonly string[]) {
  const balances = new Map(
    accounts.map((name): [string, ModelAccount] => [name, { ...NOTHING, held: 0n, accrued: 0n, limit: 0n, share: 100 }]),
  );
  const used = new Map<string, bigint>();
  const posted = new Map<string, bigint>();
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
  /** What is used takes in its order; a charge that is given back is own money. */
  const goOut = (name: string, fen: bigint): void => {
    if (fen < 0n) {
      enter(name, { ...NOTHING, own: -fen });
      return;
    }
    const { own, promotion, emergency, limit } = of(name);
    const fromPromotion = least(fen, promotion);
    const fromOwn = least(fen - fromPromotion, atLeastNothing(own));
    const fromEmergency = least(fen - fromPromotion - fromOwn, atLeastNothing(limit + emergency));
    enter(name, { ...NOTHING, promotion: -fromPromotion, emergency: -fromEmergency, own: -(fen - fromPromotion - fromEmergency) });
  };
  const rated = (name: string): bigint => {
    const exact = (used.get(name) ?? 0n) * MICRO_FEN_PER_KWH;
    return (2n * exact + MICRO_KWH_TIMES_MICRO_FEN) / (2n * MICRO_KWH_TIMES_MICRO_FEN);
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
    if (fen > known.own - known.held - known.accrued) return 'insufficient-funds';
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
    used.set(account, (used.get(account) ?? 0n) + microKwh);
    of(account).accrued = rated(account) - (posted.get(account) ?? 0n);
    return 'done';
  }

  function post(name: string): string {
    const account = of(name);
    if (account.accrued !== 0n) goOut(name, account.accrued);
    posted.set(name, rated(name));
    account.accrued = 0n;
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
        case 'post':
          return post(command.account);
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
        case 'reverse':
          return reverse(roundIn(entries, command.entry));
      }
    },
  };
}
