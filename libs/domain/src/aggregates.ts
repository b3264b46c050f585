import type { CommandInput } from '@vivier/kernel';
import { application } from './application/application.ts';
import { candidate } from './candidate/candidate.ts';
import { consent } from './consent/consent.ts';
import { integrator } from './integrator/integrator.ts';
import { recruitmentModule } from './recruitment-module/recruitment-module.ts';

/** Every aggregate of the domain. */
export const aggregates = {
  application,
  candidate,
  consent,
  integrator,
  recruitmentModule,
} as const;

type Aggregates = typeof aggregates;

type UnionToIntersection<U> = (U extends unknown ? (u: U) => void : never) extends (
  i: infer I,
) => void
  ? I
  : never;

type Commands = UnionToIntersection<Aggregates[keyof Aggregates]['commands']>;

export type CommandName = keyof Commands & string;

/** What a caller sends, by command name. */
export type CommandInputs = { readonly [Name in CommandName]: CommandInput<Commands[Name]> };
