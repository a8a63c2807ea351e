import { runCli } from '../support/child.ts';

export interface DemoAnswer {
  readonly meters: number;
  readonly trip: { commandId: string; confirmed: boolean; evidence: string };
  readonly payment: { id: string };
  readonly restore: { commandId: string; confirmed: boolean; evidence: string; paymentToConfirmedMs: number };
  readonly warned: readonly { accountId: string; noticeId: string }[];
  readonly journalBalanced: boolean;
  readonly invariants: { readonly violations: number };
}

/** Plays one demo story in a process of its own; its JSON is the last line. */
export async function playDemo(seed: number): Promise<{ answer: DemoAnswer; seconds: number }> {
  const startedMs = performance.now();
  const { code, stdout, stderr } = await runCli(['demo', '--once', '--json', '--seed', String(seed)]);
  const seconds = (performance.now() - startedMs) / 1000;
  if (code !== 0) throw new Error(`the demo with seed ${seed} ended with ${code}:\n${stdout}\n${stderr}`);
  return { answer: JSON.parse(stdout.trim().split('\n').at(-1) ?? ''), seconds };
}

/** Many stories, a seed each; each must be proven and play within its time. */
export async function runDemos(count: number, seed: number): Promise<object> {
  const restores: number[] = [];
  let slowest = 0;
  for (let index = 0; index < count; index++) {
    const { answer, seconds } = await playDemo(seed + index);
    if (!answer.trip.confirmed || !answer.restore.confirmed || !answer.journalBalanced)
      throw new Error(`seed ${seed + index}: ${JSON.stringify(answer)}`);
    restores.push(answer.restore.paymentToConfirmedMs);
    slowest = Math.max(slowest, seconds);
  }
  return {
    stories: count,
    slowestSeconds: Number(slowest.toFixed(1)),
    paymentToConfirmedMs: { max: Math.max(...restores), median: restores.toSorted((a, b) => a - b)[count >> 1] },
  };
}
