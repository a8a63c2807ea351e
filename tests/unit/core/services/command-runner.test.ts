import { describe, expect, test } from 'vitest';
import { plusMs } from '../../../../src/kernel/clock.ts';
import { type Actor, asId, type EntryId } from '../../../../src/kernel/ids.ts';
import { commandOf, EVENING, METER } from '../../../support/core-facts.ts';
import { createDoor, createWorld, pathOf, type World, type WorldOptions } from '../../../support/core-world.ts';

/** How long the rule set lets a relay take to open. */
const SETTLE_MS = 10_000;

/** An exhausted account whose trip is queued. */
const tripQueued = async (options: WorldOptions = {}) => {
  const world = await createWorld(options);
  await world.exhaust();
  await world.poll();
  return { world, trip: await world.openCommand() };
};
/** A tripped account that has paid: its restore is queued. */
const restoreQueued = async (options: WorldOptions = {}) => {
  const { world, trip } = await tripQueued(options);
  await world.run();
  const paid = await world.pay('20');
  return { world, trip, restore: await world.openCommand(), payment: paid.ok ? paid.value.value.entryId : asId<EntryId>('none') };
};
const pathOfCommand = async (world: World, { id }: { readonly id: Parameters<World['command']>[0] }) =>
  pathOf((await world.command(id)).moves);
const openCases = async (world: World) => (await world.facts()).openCases.map(({ kind }) => kind);
const actions = ({ meter }: World) => meter.frames.map(({ action }) => action).join(' ');

describe('a trip', () => {
  test('is read back before and after, and confirmed by the relay alone', async () => {
    const { world, trip } = await tripQueued();
    await world.run();
    expect(await pathOfCommand(world, trip)).toBe('sent acknowledged verifying confirmed');
    expect(world.meter.readBacks.slice(-2)).toEqual([
      { afterFrames: 0, relay: 'closed' },
      { afterFrames: 1, relay: 'open' },
    ]);
    const { moves } = await world.command(trip.id);
    expect(moves.at(-1)).toMatchObject({ reason: 'read back', evidence: 'relay=open' });
    expect((await world.facts()).relay).toMatchObject({ reported: 'open', desired: 'open', evidence: 'relay=open' });
    expect((await world.facts()).notices.map(({ kind }) => kind)).toEqual(['low-balance', 'stop-pending', 'tripped']);
  });

  test('carries its deadline in its frame', async () => {
    const { world, trip } = await tripQueued();
    await world.run();
    expect(world.meter.frames[0]?.expiresAt).toBe(trip.expiresAt);
  });

  test('whose reply is lost is unknown, read back, and not sent again: it worked', async () => {
    const { world, trip } = await tripQueued();
    world.meter.fates.push('reply-lost');
    await world.run();
    expect(await pathOfCommand(world, trip)).toBe('sent unknown verifying confirmed');
    expect(actions(world)).toBe('trip');
  });

  test('whose request is lost is sent again only after an answered, unchanged relay that has had its time to open', async () => {
    const { world, trip } = await tripQueued();
    world.meter.fates.push('request-lost');
    await world.run();
    await world.clock.advance(SETTLE_MS - 1);
    await world.run();
    expect(await pathOfCommand(world, trip)).toBe('sent unknown verifying verifying');
    expect(actions(world)).toBe('trip');
    await world.clock.advance(1);
    await world.run();
    expect(await pathOfCommand(world, trip)).toBe('sent unknown verifying verifying queued sent acknowledged verifying confirmed');
    expect(actions(world)).toBe('trip trip');
    const between = world.meter.readBacks.filter(({ afterFrames }) => afterFrames === 1).map(({ relay }) => relay);
    expect(between).toEqual(['closed', 'closed', 'closed', 'closed']);
  });

  test('whose relay opens only after it was read back is confirmed, and not sent again', async () => {
    const { world, trip } = await tripQueued();
    world.meter.fates.push('accepted-and-stuck');
    await world.run();
    expect(await pathOfCommand(world, trip)).toBe('sent acknowledged verifying verifying');
    world.meter.relay = 'open';
    await world.run();
    expect(await pathOfCommand(world, trip)).toBe('sent acknowledged verifying verifying confirmed');
    expect(actions(world)).toBe('trip');
  });

  test.each(['accepted-and-stuck', 'request-lost'] as const)(
    'whose relay may still open is answered with a closing by a payment, which ends only once it has had its time: %s',
    async (fate) => {
      const { world, trip } = await tripQueued();
      world.meter.fates.push(fate, 'accepted-and-stuck');
      await world.run();
      await world.pay('20');
      await world.run();
      const restore = (await world.openCommands()).find(({ action }) => action === 'close') ?? trip;
      expect(actions(world)).toBe('trip close');
      expect(await pathOfCommand(world, restore)).toBe('sent acknowledged verifying verifying');
      world.meter.relay = 'open';
      await world.run();
      expect(actions(world)).toBe('trip close close');
      expect(world.meter.relay).toBe('closed');
      await world.clock.advance(SETTLE_MS);
      await world.poll();
      await world.run();
      expect((await world.facts()).openCommands).toEqual([]);
      expect((await world.command(restore.id)).command.state).toBe('confirmed');
      expect((await world.command(trip.id)).command.state).toBe('superseded');
      expect(await openCases(world)).toEqual([]);
    },
  );

  test('whose relay opens after its time is confirmed, and the payment restores it', async () => {
    const { world, trip } = await tripQueued();
    world.meter.fates.push('request-lost');
    await world.run();
    await world.clock.advance(SETTLE_MS);
    await world.run(1);
    expect(await pathOfCommand(world, trip)).toBe('sent unknown verifying verifying queued');
    world.meter.relay = 'open';
    await world.run();
    expect(await pathOfCommand(world, trip)).toBe('sent unknown verifying verifying queued verifying confirmed');
    expect(actions(world)).toBe('trip');
    expect(await openCases(world)).toEqual([]);
    await world.pay('20');
    await world.run();
    expect(actions(world)).toBe('trip close');
  });

  test('whose relay moves only as its deadline passes is confirmed', async () => {
    const { world, trip } = await tripQueued();
    world.meter.fates.push('request-lost');
    await world.run();
    await world.clock.advance(SETTLE_MS);
    await world.run(1);
    world.meter.relay = 'open';
    await world.clock.advance(120_000);
    await world.run();
    expect(await pathOfCommand(world, trip)).toBe('sent unknown verifying verifying queued verifying confirmed');
    expect(actions(world)).toBe('trip');
  });

  test('stays unknown while the meter is silent, however often it is asked, and nothing is sent', async () => {
    const { world, trip } = await tripQueued();
    world.meter.fates.push('request-lost');
    await world.run(1);
    world.meter.silent = true;
    for (let round = 0; round < 20; round++) {
      expect(await world.runner.advance((await world.command(trip.id)).command)).toBe('waiting');
      await world.clock.advance(60_000);
    }
    expect((await world.command(trip.id)).command.state).toBe('unknown');
    expect(actions(world)).toBe('trip');
    world.meter.silent = false;
    await world.run();
    expect((await world.command(trip.id)).command.state).toBe('failed');
    expect(actions(world)).toBe('trip');
    expect(await openCases(world)).toEqual(['trip-failed']);
  });

  test('that the line never carried is read back before it is tried again', async () => {
    const { world, trip } = await tripQueued();
    world.meter.fates.push('line-down');
    await world.run();
    await world.clock.advance(SETTLE_MS);
    await world.run();
    expect(await pathOfCommand(world, trip)).toBe('sent unknown verifying verifying queued sent acknowledged verifying confirmed');
    expect(actions(world)).toBe('trip');
  });

  test('that the meter refuses ends there, with a case, and is not tried again', async () => {
    const { world, trip } = await tripQueued();
    world.meter.fates.push('refused');
    await world.run();
    expect(await pathOfCommand(world, trip)).toBe('sent refused');
    expect((await world.facts()).relay.desired).toBe('closed');
    expect(await openCases(world)).toEqual(['trip-failed']);
    await world.poll();
    await world.poll();
    expect((await world.facts()).openCommands).toEqual([]);
    expect(actions(world)).toBe('trip');
  });

  test('is not sent to a meter that does not answer', async () => {
    const { world, trip } = await tripQueued();
    world.meter.silent = true;
    expect(await world.runner.advance(trip)).toBe('waiting');
    expect(actions(world)).toBe('');
  });

  test('is superseded where the relay is found open, or armed', async () => {
    for (const relay of ['open', 'armed'] as const) {
      const { world, trip } = await tripQueued();
      world.meter.relay = relay;
      await world.run();
      expect(await pathOfCommand(world, trip)).toBe('superseded');
      expect(actions(world)).toBe('');
    }
  });

  test('is suspended while a term is unknown, and leaves when it is known', async () => {
    const { world, trip } = await tripQueued();
    world.meter.keepPower = undefined;
    await world.run();
    expect(await pathOfCommand(world, trip)).toBe('suspended');
    world.meter.keepPower = false;
    await world.run();
    expect(await pathOfCommand(world, trip)).toBe('suspended queued sent acknowledged verifying confirmed');
  });

  test('is held, and not sent, while nobody seals it; it leaves when somebody does', async () => {
    const { world, trip } = await tripQueued();
    world.meter.unready = { code: 'signer-down', sent: false, protocolError: 'no answer within 5000 ms' };
    await world.run();
    expect(await pathOfCommand(world, trip)).toBe('suspended');
    expect((await world.command(trip.id)).moves.at(-1)?.reason).toBe('signer-down: no answer within 5000 ms');
    world.meter.unready = undefined;
    await world.run();
    expect(await pathOfCommand(world, trip)).toBe('suspended queued sent acknowledged verifying confirmed');
  });

  test('is held while the clock of its meter is too far off, and leaves when it is set', async () => {
    const { world, trip } = await tripQueued();
    world.configure({ ...world.terms, rules: { ...world.terms.rules, relayClockBoundMs: 60_000 } });
    world.meter.clockAheadMs = -61_000;
    await world.run();
    expect(await pathOfCommand(world, trip)).toBe('suspended');
    expect((await world.command(trip.id)).moves.at(-1)?.reason).toContain("the meter's clock is 61 s behind");
    world.meter.clockAheadMs = undefined;
    expect(await world.runner.advance(await world.openCommand())).toBe('waiting');
    world.meter.clockAheadMs = 59_000;
    await world.run();
    expect(await pathOfCommand(world, trip)).toBe('suspended queued sent acknowledged verifying confirmed');
  });

  test('reads the date again where midnight may lie between date and time', async () => {
    const { world, trip } = await tripQueued();
    world.configure({ ...world.terms, rules: { ...world.terms.rules, relayClockBoundMs: 86_400_000 } });
    // 20:00 in Shanghai: four hours and ten seconds ahead is ten seconds past midnight.
    world.meter.clockAheadMs = 4 * 3_600_000 + 10_000 - (world.clock.now() - EVENING);
    let reads = 0;
    world.meters.hop = (what, when) => {
      if (what === 'read' && when === 'before') reads += 1;
    };
    await world.runner.advance(trip);
    expect(reads).toBe(2);
    expect((await world.command(trip.id)).moves.at(-1)?.reason).toContain('by it the deadline');
  });

  test('that is held for want of a seal is superseded all the same when the money comes', async () => {
    const { world, trip } = await tripQueued();
    world.meter.unready = { code: 'signer-refused', sent: false };
    await world.run();
    await world.pay('50');
    expect(await pathOfCommand(world, trip)).toBe('suspended superseded');
    expect(actions(world)).toBe('');
  });

  test('is superseded by a mark that was set while it waited', async () => {
    const { world, trip } = await tripQueued();
    await world.commit({
      kind: 'mark',
      mark: { subject: 'account:a1', kind: 'disputed', since: EVENING, actor: asId('li'), reason: 'bill' },
    });
    await world.run();
    expect((await world.command(trip.id)).moves.map(({ to, reason }) => [to, reason.split(':')[0]])).toEqual([
      ['superseded', 'not-disputed'],
    ]);
  });

  test('expires where no frame left before its deadline, and never leaves after it', async () => {
    const { world, trip } = await tripQueued();
    await world.clock.advance(120_000);
    await world.run();
    expect(await pathOfCommand(world, trip)).toBe('expired');
    expect(actions(world)).toBe('');
  });

  test('does not leave when its deadline passes while the relay is being read', async () => {
    const { world, trip } = await tripQueued();
    world.meters.hop = (what, when) => (what === 'readRelay' && when === 'after' ? world.clock.advance(120_000) : undefined);
    await world.runner.advance(trip);
    expect(await pathOfCommand(world, trip)).toBe('expired');
    expect(actions(world)).toBe('');
  });

  test('leaves no frame long after its `sent` was committed: the relay is read back instead', async () => {
    const { world, trip } = await tripQueued();
    world.meters.hop = (what, when) => (what === 'operateRelay' && when === 'before' ? world.clock.advance(10_001) : undefined);
    await world.runner.advance(trip);
    expect(await pathOfCommand(world, trip)).toBe('sent unknown');
    expect(actions(world)).toBe('');
  });

  test('is voided by a payment between its read-back and its `sent`', async () => {
    const { world, trip } = await tripQueued();
    world.meters.hop = async (what, when) => {
      if (what === 'readRelay' && when === 'after') await world.pay('20');
    };
    await world.runner.advance(trip);
    expect(await pathOfCommand(world, trip)).toBe('superseded');
    expect(actions(world)).toBe('');
  });

  test('is decided again when a payment comes at the very commit of `sent`', async () => {
    const door = createDoor('commandMove', (fact) => fact.kind === 'commandMove' && fact.move.to === 'sent');
    const { world, trip } = await tripQueued(door);
    door.act = () => world.pay('0.10');
    expect(await world.runner.advance(trip)).toBe('moved');
    expect(await pathOfCommand(world, trip)).toBe('');
    await world.run();
    expect(await pathOfCommand(world, trip)).toBe('sent acknowledged verifying confirmed');
  });

  test('that an earlier process sent is unknown to this one, and is read back', async () => {
    const { world, trip } = await tripQueued();
    await world.commit({
      kind: 'commandMove',
      move: { commandId: trip.id, from: 'queued', to: 'sent', at: EVENING, reason: 'earlier', evidence: undefined },
    });
    const { command } = await world.command(trip.id);
    expect(await world.runner.advance(command)).toBe('moved');
    expect(await pathOfCommand(world, trip)).toBe('sent unknown');
    expect(actions(world)).toBe('');
    world.meter.relay = 'open';
    await world.run();
    expect((await world.command(trip.id)).command.state).toBe('confirmed');
    expect(actions(world)).toBe('');
  });

  test('that another has moved meanwhile is left alone', async () => {
    const { world, trip } = await tripQueued();
    await world.pay('20');
    expect(await world.runner.advance(trip)).toBe('moved');
    expect(await pathOfCommand(world, trip)).toBe('superseded');
    expect(actions(world)).toBe('');
  });

  test('that the meter delays waits, once in the time line, until the relay opens', async () => {
    const { world, trip } = await tripQueued();
    world.meter.fates.push('delayed');
    await world.run();
    for (let round = 0; round < 3; round++) await world.run();
    expect((await world.command(trip.id)).moves.map(({ to, reason }) => `${to} ${to === 'verifying' ? reason : ''}`.trim())).toEqual([
      'sent',
      'acknowledged',
      'verifying reading the relay back',
      'verifying delayed',
    ]);
    world.meter.tripDelayed = false;
    world.meter.relay = 'open';
    await world.run();
    expect((await world.command(trip.id)).command.state).toBe('confirmed');
  });

  test('is never confirmed while power flows, and becomes a case of tampering', async () => {
    const { world, trip } = await tripQueued();
    world.meters.hop = (what, when) => {
      if (what === 'read' && when === 'before') world.meter.watts = 1500n;
    };
    await world.run();
    await world.run();
    await world.run();
    expect((await world.command(trip.id)).command.state).toBe('verifying');
    expect((await world.facts()).relay).toMatchObject({ reported: 'open', loadSide: 'contradicts' });
    expect(await openCases(world)).toEqual(['tamper']);
  });

  test.each([
    ['while it is read back', [120_000], 'sent acknowledged verifying verifying queued sent acknowledged verifying verifying failed'],
    [
      'while it waits to be sent',
      [SETTLE_MS, 110_000],
      'sent acknowledged verifying verifying queued sent acknowledged verifying verifying queued verifying failed',
    ],
  ])('whose relay is stuck is sent again until its deadline, %s, and then is a case, once', async (_, rests, path) => {
    const { world, trip } = await tripQueued();
    world.meter.fates.push('accepted-and-stuck', 'accepted-and-stuck');
    await world.run();
    await world.clock.advance(SETTLE_MS);
    await world.run();
    for (const rest of rests) {
      await world.clock.advance(rest);
      await world.run(1);
    }
    await world.run();
    expect(await pathOfCommand(world, trip)).toBe(path);
    expect(await openCases(world)).toEqual(['trip-failed']);
    await world.poll();
    expect((await world.facts()).openCommands).toEqual([]);
  });

  test('whose frame was lost is not held by the limiter for its own sake', async () => {
    const { world } = await tripQueued({ rules: { limiter: { perMinute: 1, feederPercentPerDay: 100, fleetPercentPerDay: 100 } } });
    world.meter.fates.push('request-lost');
    await world.run();
    await world.clock.advance(SETTLE_MS);
    await world.run();
    expect(actions(world)).toBe('trip trip');
    expect((await world.facts()).openCommands).toEqual([]);
    expect((await world.facts()).limiter).toMatchObject({ sentLastMinute: 0, sentOnFeederToday: 0, sentToday: 0 });
  });
});

describe('a restore', () => {
  test('is proven by the relay, tells the customer and closes what was open', async () => {
    const { world, restore } = await restoreQueued();
    await world.run();
    expect(await pathOfCommand(world, restore)).toBe('sent acknowledged verifying confirmed');
    expect(actions(world)).toBe('trip close');
    expect((await world.facts()).lastOpening).toBeUndefined();
    await world.poll();
    expect((await world.facts()).openCommands).toEqual([]);
  });

  test('does not wait for a read-back before its frame', async () => {
    const { world, restore } = await restoreQueued();
    const before = world.meter.readBacks.length;
    await world.runner.advance(restore);
    expect(world.meter.readBacks).toHaveLength(before);
    expect(actions(world)).toBe('trip close');
  });

  test('by arming waits for the customer’s button and is confirmed when supply is back', async () => {
    const { world, restore } = await restoreQueued({ point: { restoreBy: 'arm' } });
    for (let round = 0; round < 3; round++) await world.run();
    expect((await world.command(restore.id)).moves.map(({ to, reason }) => [to, reason]).at(-1)).toEqual(['verifying', 'awaitingCustomer']);
    expect(actions(world)).toBe('trip arm');
    await world.clock.advance(7_200_000);
    await world.run();
    expect(await openCases(world)).toEqual([]);
    world.meter.press();
    await world.run();
    expect((await world.command(restore.id)).command.state).toBe('confirmed');
    expect(actions(world)).toBe('trip arm');
  });

  test('that is not confirmed in time becomes a case, once, and goes on', async () => {
    const { world, restore } = await restoreQueued();
    world.meter.silent = true;
    await world.run();
    expect(await openCases(world)).toEqual([]);
    await world.clock.advance(60_000);
    await world.run();
    await world.run();
    expect(await openCases(world)).toEqual(['restore-overdue']);
    world.meter.silent = false;
    await world.run();
    expect((await world.command(restore.id)).command.state).toBe('confirmed');
    expect(await openCases(world)).toEqual([]);
  });

  test('that is withdrawn just before it is overdue opens no case, which nothing would close', async () => {
    const door = createDoor('case');
    const { world, restore } = await restoreQueued(door);
    world.meter.unready = { code: 'signer-down', sent: false };
    await world.run();
    await world.clock.advance(60_000);
    door.act = () => world.commands.cancel(restore.id, asId('li'));
    await world.run();
    expect(door.act).toBeUndefined();
    expect(await pathOfCommand(world, restore)).toBe('suspended cancelled');
    await world.runner.advance({ ...restore, state: 'suspended' });
    expect(await openCases(world)).toEqual([]);
  });

  test('that the meter refuses ends with a case and is not tried again by itself', async () => {
    const { world, restore } = await restoreQueued();
    world.meter.fates.push('refused');
    await world.run();
    expect(await pathOfCommand(world, restore)).toBe('sent refused');
    expect(await openCases(world)).toEqual(['restore-failed']);
    await world.poll();
    expect((await world.facts()).openCommands).toEqual([]);
  });

  test('whose deadline passes before a frame could leave becomes a person’s business', async () => {
    const { world, restore } = await restoreQueued();
    await world.clock.advance(3_600_000);
    await world.run();
    expect(await pathOfCommand(world, restore)).toBe('expired');
    expect(await openCases(world)).toEqual(['restore-failed']);
  });

  test('is stopped by a lock-out and comes back when it is lifted', async () => {
    const { world, restore } = await restoreQueued();
    await world.commit({
      kind: 'mark',
      mark: { subject: 'meterPoint:p1', kind: 'lock-out', since: EVENING, actor: asId('wang'), reason: 'crew' },
    });
    await world.run();
    expect(await pathOfCommand(world, restore)).toBe('superseded');
    await world.poll();
    expect(actions(world)).toBe('trip');
    await world.commit({ kind: 'markLifted', subject: 'meterPoint:p1', mark: 'lock-out', at: EVENING, actor: asId('wang') });
    await world.poll();
    await world.run();
    expect(actions(world)).toBe('trip close');
  });

  test('is not voided for want of money that comes at that very commit: nobody else would ask for it again', async () => {
    const door = createDoor('commandMove', (fact) => fact.kind === 'commandMove' && fact.move.to === 'superseded');
    const { world, restore, payment } = await restoreQueued(door);
    await world.reverse(payment);
    door.act = () => world.pay('20');
    await world.run();
    expect(door.act).toBeUndefined();
    expect(await pathOfCommand(world, restore)).toBe('sent acknowledged verifying confirmed');
  });

  test('is not voided by a lock-out that is lifted at that very commit', async () => {
    const door = createDoor('commandMove', (fact) => fact.kind === 'commandMove' && fact.move.to === 'superseded');
    const { world, restore } = await restoreQueued(door);
    const lockOut = { of: 'meterPoint', id: 'p1', kind: 'lock-out', reason: 'crew', actor: asId<Actor>('wang') } as const;
    await world.marks.set(lockOut);
    door.act = () => world.marks.lift(lockOut);
    await world.run();
    expect(door.act).toBeUndefined();
    expect(await pathOfCommand(world, restore)).toBe('sent acknowledged verifying confirmed');
  });

  test('that is proven takes the trip before it back: no second restore follows, and the customer is told once', async () => {
    const { world, trip } = await tripQueued();
    world.meter.fates.push('reply-lost');
    await world.run(1);
    await world.pay('20');
    const [restore] = await world.openCommands();
    await world.clock.advance(SETTLE_MS);
    if (restore !== undefined) while ((await world.runner.advance((await world.command(restore.id)).command)) === 'moved');
    expect(await pathOfCommand(world, trip)).toBe('sent unknown verifying queued superseded');
    await world.poll();
    expect((await world.facts()).openCommands).toEqual([]);
    expect(actions(world)).toBe('trip close');
  });

  test('answers a trip that is still unknown, and the trip does not come back', async () => {
    const { world, trip } = await tripQueued();
    world.meter.fates.push('reply-lost');
    await world.run(1);
    expect((await world.command(trip.id)).command.state).toBe('unknown');
    await world.pay('20');
    await world.run();
    await world.clock.advance(SETTLE_MS);
    await world.run();
    expect(world.meter.relay).toBe('closed');
    expect((await world.facts()).openCommands).toEqual([]);
    expect(actions(world)).toBe('trip close');
    expect((await world.command(trip.id)).command.state).toBe('superseded');
  });
});

describe('what is wanted of a relay', () => {
  const relayOf = async (world: World) => {
    const { reported, desired } = (await world.facts()).relay;
    return { reported, desired };
  };
  const mark = (world: World, of: 'account' | 'meterPoint', kind: 'disputed' | 'lock-out') =>
    world.marks.set({ of, id: of === 'account' ? 'a1' : 'p1', kind, reason: 'somebody knows why', actor: asId('wang') });

  test('is supply, where a trip is voided and the account is exhausted still', async () => {
    const { world } = await tripQueued();
    await mark(world, 'account', 'disputed');
    await world.run();
    expect(await relayOf(world)).toEqual({ reported: 'closed', desired: 'closed' });
  });

  test('is what it is, where a restore is stopped by a lock-out', async () => {
    const { world } = await restoreQueued();
    await mark(world, 'meterPoint', 'lock-out');
    await world.run();
    expect(await relayOf(world)).toEqual({ reported: 'open', desired: 'open' });
  });

  test('stays what a trip has proven, whatever becomes of another one', async () => {
    const { world, restore } = await restoreQueued();
    await world.commands.cancel(restore.id, asId('li'));
    await world.clock.advance(130_000);
    const again = { meterId: METER.id, action: 'trip', reason: 'works', expiresAt: undefined, actor: asId<Actor>('li') } as const;
    const second = await world.commands.request({ ...again, idempotencyKey: 'A' });
    if (second.ok) await world.commands.cancel(second.value.value.id, asId('li'));
    expect(await relayOf(world)).toEqual({ reported: 'open', desired: 'open' });
    await world.commands.request({ ...again, idempotencyKey: 'B' });
    await world.run();
    expect(actions(world)).toBe('trip');
    expect(await relayOf(world)).toEqual({ reported: 'open', desired: 'open' });
  });

  test('follows a trip that is proven after its restore was withdrawn, also at that very commit', async () => {
    const door = createDoor('commandMove', (fact) => fact.kind === 'commandMove' && fact.move.to === 'confirmed');
    const { world, trip } = await tripQueued(door);
    world.meter.fates.push('reply-lost');
    await world.run(1);
    await world.pay('20');
    const [restore] = await world.openCommands();
    door.act = () => world.commands.cancel(restore?.id ?? trip.id, asId('li'));
    while ((await world.runner.advance((await world.command(trip.id)).command)) === 'moved');
    expect(door.act).toBeUndefined();
    expect(await pathOfCommand(world, trip)).toBe('sent unknown verifying confirmed');
    expect(await relayOf(world)).toEqual({ reported: 'open', desired: 'open' });
  });
});

describe('a command whose meter is taken down', () => {
  /** A start that finds another meter at the place: no line leads to the one before it. */
  const replaced = async (world: World) => {
    await world.commit({ kind: 'meter', meter: { ...METER, id: asId('m2') } });
    world.meter.silent = true;
  };

  test.each(['queued', 'unknown', 'acknowledged'] as const)(
    'ends where it is %s: nothing can prove it, and it is in nobody’s way',
    async (state) => {
      const { world, trip } = await tripQueued();
      world.meter.fates.push(state === 'unknown' ? 'request-lost' : 'obeyed');
      if (state !== 'queued') await world.run(1);
      expect((await world.command(trip.id)).command.state).toBe(state);
      await replaced(world);
      await world.run();
      expect((await world.command(trip.id)).command.state).toBe('superseded');
      expect((await world.command(trip.id)).moves.at(-1)?.reason).toBe('meter m1 hangs there no longer');
      await world.pay('20');
      expect((await world.facts()).openCommands).toEqual([]);
    },
  );

  test('ends also where it waited for a button that is gone', async () => {
    const { world, restore } = await restoreQueued({ point: { restoreBy: 'arm' } });
    await world.run();
    expect(world.meter.relay).toBe('armed');
    await replaced(world);
    await world.run();
    expect(await pathOfCommand(world, restore)).toBe('sent acknowledged verifying verifying queued superseded');
  });
});

describe('a command that waits for approval', () => {
  test('goes nowhere by itself', async () => {
    const world = await createWorld();
    await world.poll();
    const pending = commandOf({ state: 'pendingApproval', expiresAt: plusMs(EVENING, 1000) });
    await world.commit({ kind: 'command', command: pending });
    expect(await world.runner.advance(pending)).toBe('waiting');
    expect(await world.runner.advance({ ...pending, state: 'confirmed' })).toBe('ended');
    expect(actions(world)).toBe('');
  });
});
