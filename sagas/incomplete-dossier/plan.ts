import { daysLater, later, midnightAfter, type Intention, type SagaCommand } from '@vivier/kernel';
import type { CommandInputs } from '@vivier/domain';
import type { ApplicationId, CandidateId } from '@vivier/domain/events';
import {
  ACCOUNT,
  clocksOf,
  everyApplication,
  isKeptByOther,
  type Clock,
  type State,
  type Warning,
} from './clocks.ts';
import { paused, type Fact, type Settings } from './settings.ts';

type Sent<Name extends keyof CommandInputs> = SagaCommand<Name, CommandInputs[Name]>;
export type IncompleteCommand =
  Sent<'WarnDeletion'> | Sent<'CancelDeletion'> | Sent<'EraseSubject'> | Sent<'ForgetDossier'>;
type Entry = Intention<IncompleteCommand>;

/** So long at most a deletion waits for word of the mail that announces it. */
const LONGEST_WAIT_DAYS = 7;

interface Deadline {
  /** ISO-8601 instant. */
  readonly at: string;
  /** What led to it. */
  readonly because: Fact;
}

/**
 * When a clock runs out by the settings in force: at the midnight that many days after it began, and not
 * before the full reminder period has passed since they were changed.
 */
const deadlineOf = ({ anchor }: Clock, settings: Settings): Deadline => {
  const { deleteAfterDays, remindBeforeDays, zone, changed } = settings;
  const midnight = midnightAfter(anchor.at, `P${deleteAfterDays}D`, zone);
  const own = paused(settings, midnight, anchor.at);
  if (changed === null) return { at: own, because: anchor };
  const earliest = paused(settings, daysLater(changed.at, remindBeforeDays, zone), changed.at);
  return Date.parse(earliest) > Date.parse(own)
    ? { at: earliest, because: changed }
    : { at: own, because: anchor };
};

/** Not before the person had the mail for the reminder period; without word of it, not too soon. */
const afterMail = ({ warned, handedOver, givenUp }: Warning, settings: Settings): string => {
  const { remindBeforeDays, zone } = settings;
  if (handedOver !== undefined)
    return paused(settings, daysLater(handedOver, remindBeforeDays, zone), handedOver);
  if (givenUp) return warned.at;
  return paused(settings, daysLater(warned.at, LONGEST_WAIT_DAYS, zone), warned.at);
};

const commandOn = (
  state: State,
  candidateId: CandidateId,
  { applicationId }: Pick<Clock, 'applicationId'>,
): IncompleteCommand =>
  applicationId !== undefined && isKeptByOther(state, applicationId)
    ? { name: 'ForgetDossier', input: { applicationId, because: 'incomplete' } }
    : {
        name: 'EraseSubject',
        input: { ...aboutClock(state, candidateId, applicationId), because: 'incomplete' },
      };

const aboutClock = (
  state: State,
  candidateId: CandidateId,
  applicationId: ApplicationId | undefined,
) => ({
  candidateId,
  ...(applicationId !== undefined && { applicationId }),
  applicationIds: everyApplication(state).map(([id]) => id),
  since: state.last?.at ?? '',
});

/** Why an announced deletion is off, and since what; undefined where it stands. */
const cancellation = (
  state: State,
  name: string,
  warning: Warning,
  clock: Clock | undefined,
  settings: Settings,
): { readonly cause: 'activity' | 'settings' | 'decision'; readonly fact: Fact } | undefined => {
  const settled = settings.changed ?? warning.warned;
  if (clock === undefined) {
    const dossier = state.applications[name as ApplicationId];
    const decided = dossier?.status === 'accepted' || dossier?.status === 'rejectedFinally';
    return {
      cause: decided ? 'decision' : 'activity',
      fact: dossier?.since ?? state.last ?? warning.warned,
    };
  }
  if (clock.anchor.eventId !== warning.anchor) return { cause: 'activity', fact: clock.anchor };
  if (settings.deleteAfterDays === 0) return { cause: 'settings', fact: settled };
  // Whoever gets more time than was announced is warned anew, at the new time.
  const announced = paused(settings, warning.deleteAt, warning.warned.at);
  return Date.parse(deadlineOf(clock, settings).at) > Date.parse(announced)
    ? { cause: 'settings', fact: settled }
    : undefined;
};

/** What happens to a person, and when, if nothing else happens first. */
export const planOf = (state: State, settings: Settings): readonly Entry[] => {
  const { candidateId, told } = state;
  if (candidateId === null) return [];
  const clocks = clocksOf(state);
  const runs = settings.on && settings.deleteAfterDays > 0;

  const cancelled = Object.entries(state.warnings).flatMap(([name, warning]): Entry[] => {
    const clock = clocks.find((one) => one.name === name);
    const off = cancellation(state, name, warning, clock, settings);
    if (off === undefined) return [];
    const applicationId = name === ACCOUNT ? {} : { applicationId: name };
    const input = { candidateId, ...applicationId, cause: off.cause };
    return [
      {
        key: `cancel/${name}/${told}`,
        due: off.fact.at,
        because: off.fact.eventId,
        command: { name: 'CancelDeletion', input },
      },
    ];
  });
  const isOff = (name: string): boolean =>
    cancelled.some(({ key }) => key === `cancel/${name}/${told}`);

  const running = clocks.flatMap((clock): Entry[] => {
    if (!runs) return [];
    const { name, applicationId } = clock;
    const { at, because } = deadlineOf(clock, settings);
    const { remindBeforeDays, zone } = settings;
    const deletion = (due: string, eventId: string): Entry => ({
      key: `delete/${name}/${told}`,
      due,
      because: eventId,
      command: commandOn(state, candidateId, clock),
    });
    const warning = state.warnings[name];
    if (warning && !isOff(name)) {
      const announced = paused(settings, warning.deleteAt, warning.warned.at);
      const due = [announced, afterMail(warning, settings)].reduce(later, at);
      return [deletion(due, warning.warned.eventId)];
    }
    if (remindBeforeDays === 0) return [deletion(at, because.eventId)];
    const about = aboutClock(state, candidateId, applicationId);
    const warn: Entry = {
      key: `warn/${name}/${told}`,
      due: daysLater(at, -remindBeforeDays, zone),
      because: because.eventId,
      command: { name: 'WarnDeletion', input: { ...about, deleteAt: at } },
    };
    return [warn, deletion(at, because.eventId)];
  });

  return [...cancelled, ...running];
};
