/**
 * Charge runs and settlements in a process of their own that is killed at random moments, goes on, and in the end must have posted and
 * billed exactly what an undisturbed one did: no entry lost, none doubled, no bill renumbered, and nothing repaired by hand.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { checkDataFolder } from '../../src/store/sqlite/index.ts';
import { liveChargeStory } from '../support/charge-story.ts';
import { createRandom } from '../support/random.ts';

export interface ChargeKillReport {
  readonly kills: number;
  readonly stories: number;
  readonly acknowledged: number;
  /** Acknowledged payments that the journal lacks. */
  readonly lost: readonly string[];
  /** Where a journal or its bills differ from the undisturbed one. */
  readonly differences: readonly string[];
  readonly violations: number;
}

const CHILD = fileURLToPath(new URL('./charge-child.ts', import.meta.url));
const SOUND = new URL('../../scripts/sound-threads.mjs', import.meta.url).href;

export async function runChargeKills({ kills, seed }: { kills: number; seed: number }): Promise<ChargeKillReport> {
  const random = createRandom(seed);
  const folder = mkdtempSync(path.join(tmpdir(), 'feikong-charges-'));
  try {
    const clean = path.join(folder, 'clean');
    await liveChargeStory(clean, () => undefined);
    const expected = contentOf(clean);
    const report = { kills: 0, stories: 0, acknowledged: 0, lost: [] as string[], differences: [] as string[], violations: 0 };
    while (report.kills < kills) {
      const dataDir = path.join(folder, `story-${report.stories}`);
      const acknowledged = new Set<string>();
      let through = false;
      while (!through) {
        const killAfterMs = report.kills < kills ? random.between(5, 500) : undefined;
        through = await live(dataDir, acknowledged, killAfterMs);
        if (!through) report.kills += 1;
      }
      report.stories += 1;
      const content = contentOf(dataDir);
      report.acknowledged += acknowledged.size;
      report.lost.push(...[...acknowledged].filter((serial) => !content.has(`entry payment:bank:2026-10-01:${serial}`)));
      report.differences.push(...differencesOf(expected, content));
      const check = await checkDataFolder(dataDir);
      report.violations += check.ok ? check.value.violations.length : 1;
      rmSync(dataDir, { recursive: true });
    }
    return report;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns whether the story was lived to its end */
async function live(dataDir: string, acknowledged: Set<string>, killAfterMs: number | undefined): Promise<boolean> {
  const child = spawn(process.execPath, ['--import', SOUND, CHILD, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  let through = false;
  let timer: NodeJS.Timeout | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'ready' && killAfterMs !== undefined) timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    if (line === 'through') through = true;
    if (line.startsWith('paid ')) acknowledged.add(line.slice('paid '.length));
  }
  clearTimeout(timer);
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve));
  if (!through && child.signalCode !== 'SIGKILL') throw new Error(`the process ended by itself with ${child.exitCode}`);
  return through;
}

/** Every entry by its key with its postings, and every bill by its number: what a story is told by, whatever the order of its journal. */
function contentOf(dataDir: string): ReadonlyMap<string, string> {
  const database = new Database(path.join(dataDir, 'ledger.db'), { readonly: true });
  const content = new Map<string, string>();
  const entries = database.prepare<[], { key: string; postings: string }>(
    `select e.key, group_concat(a.name || ' ' || p.amount, ', ' order by p.line) as postings
     from entries e join postings p on p.entry_seq = e.seq join ledger_accounts a on a.id = p.account_id
     where e.kind <> 'settlement' group by e.seq`,
  );
  for (const { key, postings } of entries.iterate()) {
    if (content.has(`entry ${key}`)) throw new Error(`entry ${key} is there twice`);
    content.set(`entry ${key}`, postings);
  }
  const bills = database.prepare<[], { point: string; period: string; bills: string }>(
    `select meter_point_id as point, period_id as period, group_concat(kind || ' ' || total, ', ' order by ordinal) as bills
     from bills group by 1, 2`,
  );
  for (const bill of bills.iterate()) content.set(`bills of ${bill.point} ${bill.period}`, bill.bills);
  // In how many parts own money pays depends on when it is looked at; what it pays does not.
  const settled = database.prepare<[], { account: string; paid: bigint }>(
    `select a.name as account, sum(p.amount) as paid
     from entries e join postings p on p.entry_seq = e.seq join ledger_accounts a on a.id = p.account_id
     where e.kind = 'settlement' group by a.name`,
  );
  for (const { account, paid } of settled.iterate()) content.set(`settled of ${account}`, String(paid));
  database.close();
  return content;
}

function differencesOf(expected: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>): readonly string[] {
  return [...new Set([...expected.keys(), ...found.keys()])]
    .filter((key) => expected.get(key) !== found.get(key))
    .map((key) => `${key}: ${found.get(key) ?? 'missing'}, expected ${expected.get(key) ?? 'nothing'}`);
}
