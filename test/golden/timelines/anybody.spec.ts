import type { ApplicationId, CandidateId } from '@vivier/domain';
import { daysLater, later, midnightAfter, type Recorded } from '@vivier/kernel';
import { drawing, isLong, seed } from '../../faults/seeded.ts';
import { recruiting, ZONE, type Recruiting } from './recruiting.ts';

const STORIES = isLong ? 400 : 12;
const STEPS = 60;

const OWN_ACTIONS = new Set([
  ...['CandidateRegistered', 'DocumentAdded', 'ApplicationStarted', 'ApplicationSubmitted'],
]);

/** What an organisation, its people and its mails do, drawn by a seed. */
const tell = async (house: Recruiting, random: (limit: number) => number): Promise<void> => {
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
  const people: CandidateId[] = [];
  const dossiers: { readonly person: CandidateId; readonly id: ApplicationId }[] = [];
  let day = 0;
  /** What the rules refuse at this moment does not happen. */
  const perhaps = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!/ was refused: /.test(String(error))) throw error;
    }
  };
  await house.invite('winter');
  const registers = async () => people.push(await house.registers(`person-${people.length}`));
  const acts: readonly (() => Promise<unknown>)[] = [
    () => house.addsDocument(pick(people)),
    () => house.addsDocument(pick(people)),
    async () => {
      const person = pick(people);
      dossiers.push({ person, id: await house.starts(person, pick(['summer', 'winter'])) });
    },
  ];
  const decides: readonly (() => Promise<unknown>)[] = [
    () => {
      const { person, id } = pick(dossiers);
      return house.submits(person, id);
    },
    () => {
      const { person, id } = pick(dossiers);
      return house.candidate(person, 'WithdrawApplication', { applicationId: id });
    },
    () => house.decides('ReturnApplication', pick(dossiers).id),
    () => house.decides('AcceptApplication', pick(dossiers).id),
    () => house.decides('RejectApplicationFinally', pick(dossiers).id),
  ];
  const settles: readonly (() => Promise<unknown>)[] = [
    () => house.deletes(pick([0, 8, 20, 20, 30]), pick([0, 1, 4, 7])),
    () => house.deletes(pick([8, 20, 30]), pick([4, 7])),
    () => house.settings('SwitchRecruitmentModuleOff'),
    () => house.settings('SwitchRecruitmentModuleOn'),
    () => house.settings('SwitchRecruitmentModuleOn'),
    async () => house.mailsAre(pick(['given up', 'no word', { after: 0 }, { after: 7000 }])),
    async () => house.away(dateOf((day += 1 + random(10)))),
  ];
  await house.deletes(20, 4);
  for (let step = 0; step < STEPS; step += 1) {
    day += random(5);
    await house.until(dateOf(day));
    const chance = random(10);
    if (chance < 3 || people.length === 0) await perhaps(registers);
    else if (chance < 6) await perhaps(pick(acts));
    else if (chance < 8 && dossiers.length > 0) await perhaps(pick(decides));
    else await perhaps(pick(settles));
  }
  // In the end everything is in order, and time enough passes for everybody.
  await perhaps(() => house.settings('SwitchRecruitmentModuleOn'));
  house.mailsAre({ after: 0 });
  await house.deletes(30, 3);
  await house.until(dateOf(day + 100));
};

const dateOf = (day: number): string =>
  `${new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10)} 10:00`;

interface Said {
  readonly deleteAfterDays: number;
  readonly remindBeforeDays: number;
}

/** Every deletion of an incomplete dossier was one that had to be, at a time that had come. */
const expectJust = (events: readonly Recorded[]): void => {
  let said: Said & { readonly at: string } = { deleteAfterDays: 0, remindBeforeDays: 0, at: '' };
  let on = true;
  const acted = new Map<string, string>();
  const warned = new Map<string, { readonly id: string; readonly at: string; word?: string }>();
  for (const { type, at, id, data, personId = '' } of events) {
    const { applicationId = 'account', about, because } = data as Record<string, string>;
    const clock = `${personId} ${applicationId}`;
    if (type === 'IncompleteDeletionSet') said = { ...(data as Said), at };
    if (type.startsWith('RecruitmentModuleSwitched')) on = type.endsWith('On');
    if (OWN_ACTIONS.has(type)) acted.set(personId, later(at, acted.get(personId) ?? at));
    if (type === 'DeletionWarned') warned.set(clock, { id, at });
    if (type === 'DeletionCancelled') warned.delete(clock);
    if (type === 'MailSent')
      for (const warning of warned.values()) if (warning.id === about) warning.word = at;
    if (type !== 'DossierForgotten' && type !== 'SubjectErased') continue;
    if (because !== 'incomplete') continue;

    const { deleteAfterDays: days, remindBeforeDays: reminder } = said;
    expect({ on, days: days > 0 }).toEqual({ on: true, days: true });
    const last = acted.get(personId) ?? '';
    expect(at >= midnightAfter(last, `P${days}D`, ZONE)).toBe(true);
    expect(at >= daysLater(said.at, reminder, ZONE)).toBe(true);
    if (reminder === 0) continue;
    const warnings = [...warned].filter(
      ([name, warning]) => name.startsWith(`${personId} `) && warning.at >= last,
    );
    expect(warnings.length).toBeGreaterThan(0);
    const mailed = warnings.map(([, { word }]) => word).filter((word) => word !== undefined);
    if (mailed.length === warnings.length)
      expect(mailed.some((word) => at >= daysLater(word, reminder, ZONE))).toBe(true);
  }
};

/** Who is still there has an application that keeps them. */
const expectNobodyForgotten = (events: readonly Recorded[]): void => {
  const kept = new Map<string, Map<string, string>>();
  for (const { type, key, personId = '' } of events) {
    if (type === 'CandidateRegistered') kept.set(personId, new Map());
    if (type === 'SubjectErased') kept.delete(personId);
    if (/^Application(Started|Submitted|Accepted|Returned|RejectedFinally|Withdrawn)$/.test(type))
      kept.get(personId)?.set(key, type);
    if (type === 'DossierForgotten') kept.get(personId)?.delete(key);
  }
  for (const applications of kept.values()) {
    const states = [...applications.values()];
    expect(states.some((one) => /Submitted|Accepted/.test(one))).toBe(true);
    expect(states.filter((one) => /Started|Returned|RejectedFinally/.test(one))).toEqual([]);
  }
};

test.each(Array.from({ length: STORIES }, (_, n) => [n, seed + n] as const))(
  'X-13: whatever happens nobody goes too soon, and nobody is kept for ever (story %i, seed %i)',
  async (_, from) => {
    const house = await recruiting('2026-01-01 10:00');
    await tell(house, drawing(from));
    const events = house.events();
    expectJust(events);
    expectNobodyForgotten(events);
    // An acceptance after the erasure asks for a mail to nobody: no keys are destroyed in these stories.
    const others = /^activationOnAcceptance: CandidateUnknown$/;
    expect(house.refused.filter((line) => !others.test(line))).toEqual([]);
    await house.end();
  },
  60_000,
);
