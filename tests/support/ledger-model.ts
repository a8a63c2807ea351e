/**
 * What the ledger should do, said again as simply as possible: plain numbers of fen, no store, no code of the product. Written from the
 * rules alone: a key and a serial count once for ever, money is set aside only where it is available, a hold ends once, a charge is
 * the rounded use so far less what was posted of it, an entry is reversed once.
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
  /** Of the entries so far, counted round. */
  | { readonly kind: 'reverse'; readonly entry: number };

export interface ModelAccount {
  balance: bigint;
  held: bigint;
  accrued: bigint;
}

interface ModelHold {
  readonly account: string;
  readonly fen: bigint;
  readonly expiresAt: number;
  state: 'placed' | 'posted' | 'voided' | 'expired';
}

interface ModelEntry {
  readonly account: string;
  readonly fen: bigint;
  reversed: boolean;
}

/** 0.5283 yuan a kWh: a fen is 18,928 and a bit of 10⁻⁶ kWh, so that every rounding shows. */
export const PRICE_YUAN_PER_KWH = '0.5283';
/** fen × 10⁶ a kWh. */
const MICRO_FEN_PER_KWH = 52_830_000n;
const MICRO_KWH_TIMES_MICRO_FEN = 1_000_000_000_000n;

export function createLedgerModel(accounts: readonly string[]) {
  const balances = new Map(accounts.map((name): [string, ModelAccount] => [name, { balance: 0n, held: 0n, accrued: 0n }]));
  const used = new Map<string, bigint>();
  const posted = new Map<string, bigint>();
  const keys = new Map<string, string>();
  const paymentSerials = new Map<string, string>();
  const payoutSerials = new Set<string>();
  const holds: ModelHold[] = [];
  const entries: ModelEntry[] = [];
  let now = 0;

  const of = (name: string): ModelAccount => {
    const account = balances.get(name);
    if (account === undefined) throw new Error(`no account ${name}`);
    return account;
  };
  const enter = (account: string, fen: bigint) => {
    of(account).balance += fen;
    entries.push({ account, fen, reversed: false });
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
    keys.set(key, content);
    paymentSerials.set(serial, content);
    enter(account, fen);
    return 'done';
  }

  function hold({ account, fen, key, seconds }: Extract<LedgerCommand, { kind: 'hold' }>): string {
    const content = `hold ${account} ${fen} ${now + seconds}`;
    const before = keys.get(key);
    if (before !== undefined) return before === content ? 'replayed' : 'idempotency-mismatch';
    const known = balances.get(account);
    if (known === undefined) return 'not-found';
    if (fen > known.balance - known.held - known.accrued) return 'insufficient-funds';
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
    enter(asked.account, -asked.fen);
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
    if (account.accrued !== 0n) enter(name, -account.accrued);
    posted.set(name, rated(name));
    account.accrued = 0n;
    return 'done';
  }

  function reverse(entry: ModelEntry | undefined): string {
    if (entry === undefined) return 'not-found';
    if (entry.reversed) return 'duplicate';
    entry.reversed = true;
    of(entry.account).balance -= entry.fen;
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
        case 'reverse':
          return reverse(roundIn(entries, command.entry));
      }
    },
  };
}
