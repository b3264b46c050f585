import type { CommandInput } from '@vivier/kernel';
import { application } from './application/application.ts';
import { candidate } from './candidate/candidate.ts';
import { consent } from './consent/consent.ts';
import { erasure } from './erasure/erasure.ts';
import { integrator } from './integrator/integrator.ts';
import { mail } from './mail/mail.ts';
import { messageTemplate } from './message-template/message-template.ts';
import { recruitmentModule } from './recruitment-module/recruitment-module.ts';

/** Every aggregate of the domain. */
export const aggregates = {
  application,
  candidate,
  consent,
  erasure,
  integrator,
  mail,
  messageTemplate,
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
