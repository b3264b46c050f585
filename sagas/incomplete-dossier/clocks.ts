import type { ApplicationId, CandidateId, OverallState } from '@vivier/domain/events';
import { laterFact, type Fact } from './settings.ts';

/** An application that was not forgotten, and the event that brought it where it stands. */
export interface Application {
  readonly status: OverallState;
  readonly since: Fact;
}

/** A deletion that was announced. */
export interface Warning {
  readonly warned: Fact;
  /** ISO-8601 instant that is announced. */
  readonly deleteAt: string;
  /** Where the clock began then. */
  readonly anchor: string;
  /** When the mail was handed over. */
  readonly handedOver?: string;
  /** It was tried and given up for good. */
  readonly givenUp?: true;
}

/** What the saga knows of one person. */
export interface State {
  /** Null before the registration and after the erasure. */
  readonly candidateId: CandidateId | null;
  /** Their last own action that moves a clock. */
  readonly last: Fact | null;
  readonly applications: Readonly<Record<ApplicationId, Application>>;
  /** When an application of theirs ended last, by withdrawal or because it was forgotten. */
  readonly ended: Fact | null;
  /** By clock. */
  readonly warnings: Readonly<Record<string, Warning>>;
  /** So many warnings in all: each has its own words in the log. */
  readonly told: number;
}

export const nobody: State = {
  candidateId: null,
  last: null,
  applications: {},
  ended: null,
  warnings: {},
  told: 0,
};

/** The clock of an account without an application that lives. */
export const ACCOUNT = 'account';

export interface Clock {
  /** The id of the application, or {@link ACCOUNT}. */
  readonly name: string;
  readonly applicationId: ApplicationId | undefined;
  readonly anchor: Fact;
}

/** What is finally rejected goes by its own deadline, or is kept: the person stays with it. */
const keepsPerson = ({ status }: Application): boolean => status !== 'withdrawn';

export const everyApplication = ({
  applications,
}: State): readonly [ApplicationId, Application][] =>
  Object.entries(applications) as [ApplicationId, Application][];

/** Whether another application than this one keeps the person. */
export const isKeptByOther = (state: State, applicationId: ApplicationId | undefined): boolean =>
  everyApplication(state).some(([id, one]) => id !== applicationId && keepsPerson(one));

/**
 * The clocks that run: one for each dossier that the candidate has to complete, from the later of
 * their last action and its return; one for an account without any application that lives.
 */
export const clocksOf = (state: State): readonly Clock[] => {
  const { last, ended } = state;
  if (last === null) return [];
  if (!isKeptByOther(state, undefined))
    return [{ name: ACCOUNT, applicationId: undefined, anchor: laterFact(last, ended) }];
  return everyApplication(state)
    .filter(([, { status }]) => status === 'draft' || status === 'returned')
    .map(([applicationId, { since }]) => ({
      ...{ name: applicationId, applicationId },
      anchor: laterFact(last, since),
    }));
};
