import {
  command,
  decider,
  defineEvents,
  defineRejections,
  handSetClock,
  id,
  saga,
  type Actor,
  type Brand,
  type CommandId,
  type EventOf,
  type OrganisationId,
  type PersonId,
  type Saga,
  type Scope,
} from '@vivier/kernel';
import { EventCodec } from '@vivier/kernel/sealing';
import { MemoryEventStore, MemoryVault } from '@vivier/testing';
import { openEmbeddedWorkState } from '@vivier/work-state';
import { z } from 'zod';
import { derive } from './derive.ts';
import { createExecute } from './execute.ts';
import { recorded } from './log.ts';
import { startSagaRunner } from './saga-runner.ts';

type MemberId = Brand<'MemberId'>;

const MEMBERS = 1_000;
const YEARS = 10;

const events = defineEvents({
  MemberJoined: { memberId: id<MemberId>() },
  YearPassed: { year: z.int().positive() },
  MemberLeft: {},
});

type Member = { readonly status: 'absent' | 'member' | 'left'; readonly years: number };

const rejections = defineRejections({
  MemberUnknown: { message: 'There is no such member.', remedy: 'Join.' },
  NotAMember: { message: 'The member has left.', remedy: 'Join again.' },
});

const { memberId } = events.MemberJoined.fields;
const act = command<Member, EventOf<typeof events>>();
const key = (input: { readonly memberId: string }) => input.memberId;

const member = decider<Member>()({
  category: 'member',
  events,
  initial: { status: 'absent', years: 0 },
  person: () => undefined as PersonId | undefined,
  scope: () => 'account' as Scope,
  absent: rejections.MemberUnknown,
  evolve: {
    MemberJoined: () => ({ status: 'member', years: 0 }),
    YearPassed: (state, { data }) => ({ ...state, years: data.year }),
    MemberLeft: (state) => ({ ...state, status: 'left' }),
  },
  commands: {
    Join: act({
      input: { memberId },
      key,
      creates: true,
      decide: (input) => [events.MemberJoined(input)],
    }),
    PassYear: act({
      input: { memberId },
      key,
      decide: (_, { status, years }) =>
        status === 'member' ? [events.YearPassed({ year: years + 1 })] : rejections.NotAMember(),
    }),
    Leave: act({ input: { memberId }, key, decide: () => [events.MemberLeft({})] }),
  },
});

interface Membership {
  readonly memberId: string;
  readonly since: string;
  readonly years: number;
  readonly because: string;
}

/** The same day and hour, so many years later; nobody joins on the 29th of February here. */
const yearsAfter = (instant: string, years: number): string =>
  `${Number(instant.slice(0, 4)) + years}${instant.slice(4)}`;

/** Each year of a membership is told when it has passed, until the member leaves. */
const anniversaries = saga<Membership | null>()({
  name: 'anniversaries',
  events: [events],
  initial: null,
  instance: (event) => event.key,
  evolve: {
    MemberJoined: (_, { key: joined, at, id: because }) => ({
      memberId: joined,
      since: at,
      years: 0,
      because,
    }),
    YearPassed: (state, { data, id: because }) => state && { ...state, years: data.year, because },
    MemberLeft: () => null,
  },
  agenda: (state) =>
    state === null
      ? []
      : [
          {
            key: `year ${state.years + 1}`,
            due: yearsAfter(state.since, state.years + 1),
            because: state.because,
            command: { name: 'PassYear', input: { memberId: state.memberId } },
          },
        ],
});

test('Ten years of a thousand members: each anniversary once, on its day, none after leaving', async () => {
  const organisationId = derive('a club') as OrganisationId;
  const store = new MemoryEventStore();
  const workState = await openEmbeddedWorkState({ file: ':memory:' });
  const codec = new EventCodec([events]);
  const clock = handSetClock('2026-03-02T09:00:00.000Z');
  const execute = createExecute({
    aggregates: { member: member },
    permissions: { Join: 'anyone', Leave: 'anyone', PassYear: 'saga' },
    store,
    vault: new MemoryVault(),
    codec,
    clock,
  });
  const secretary: Actor = { kind: 'account', id: 'secretary', role: 'admin' };
  const idOf = (n: number) => derive('member', String(n)) as MemberId;
  const send = (name: string, n: number) =>
    execute({
      name,
      input: { memberId: idOf(n) },
      organisationId,
      by: secretary,
      commandId: `${name} ${n}` as CommandId,
    });
  // Ten join on each of a hundred days.
  for (let n = 0; n < MEMBERS; n += 1) {
    if (n > 0 && n % 10 === 0) clock.advance(86_400_000);
    await send('Join', n);
  }

  const ports = { store, workState, codec, clock, execute };
  const runner = await startSagaRunner({ ...ports, sagas: [anniversaries as Saga] });
  const settled = async () => {
    let head = await store.head();
    while ((await runner.settled.reached(head)) && head < (await store.head()))
      head = await store.head();
  };
  await settled();
  const end = Date.parse('2036-12-31T00:00:00.000Z');
  /** Time goes from one deadline to the next. */
  const passUntil = async (instant: number) => {
    for (;;) {
      const next = await runner.nextDue();
      if (next === undefined || next > instant) break;
      clock.set(next);
      await runner.sendDue();
      await settled();
    }
    clock.set(instant);
  };
  // Every tenth leaves in the middle of the fifth year.
  await passUntil(Date.parse('2030-09-01T00:00:00.000Z'));
  for (let n = 0; n < MEMBERS; n += 10) await send('Leave', n);
  await settled();
  await passUntil(end);
  await runner.stop();

  const passed = new Map<string, string[]>();
  const joined = new Map<string, string>();
  for (const record of store.records) {
    const event = recorded(codec, record);
    const { at } = event;
    if (event.type === 'MemberJoined') joined.set(event.key, at);
    if (event.type === 'YearPassed') passed.set(event.key, [...(passed.get(event.key) ?? []), at]);
  }
  expect(joined.size).toBe(MEMBERS);
  for (let n = 0; n < MEMBERS; n += 1) {
    const since = joined.get(idOf(n)) ?? '';
    const years = n % 10 === 0 ? 4 : YEARS;
    expect(passed.get(idOf(n))).toEqual(
      Array.from({ length: years }, (_, year) => yearsAfter(since, year + 1)),
    );
  }
  // Only those who stayed have a next one.
  expect(await workState.due(Number.MAX_SAFE_INTEGER, 2 * MEMBERS)).toHaveLength(
    (MEMBERS / 10) * 9,
  );
  await workState.close();
});
