import { ArgsType, Field } from '@nestjs/graphql';
import { IsOptional, ValidateBy } from 'class-validator';
import { applicationRejections } from '@vivier/domain';
import { commandRejections } from '@vivier/runtime';
import { dossierAsOf, readInstant, type DossierThen } from '../house/as-of.ts';
import type { House } from '../house/house.ts';
import { ApplicationArguments } from './arguments.ts';
import { visible } from './at-least.ts';
import type { Caller } from './caller.ts';
import { Opening } from './opening.ts';
import { Refused } from './refused.ts';
import { asOfRight, mayReach } from './rights.ts';

/** An ISO-8601 instant with its offset. */
export const IsInstant = (): PropertyDecorator =>
  ValidateBy({
    name: 'isInstant',
    validator: {
      validate: (value) => typeof value === 'string' && readInstant(value) !== undefined,
      defaultMessage: () =>
        '$property must be an ISO-8601 instant with its offset, for example 2026-03-02T09:30:00Z',
    },
  });

@ArgsType()
export class AsOfArguments extends ApplicationArguments {
  @Field(() => String, {
    nullable: true,
    description:
      'As it was at this ISO-8601 instant, told by the log; what was erased since stays erased. For compliance.',
  })
  @IsOptional()
  @IsInstant()
  asOf?: string;
}

/** A dossier as it was, and the caller for whom its persons are those of that time. */
export interface Then extends DossierThen {
  readonly caller: Caller;
}

/**
 * The dossier as it was at the instant that is asked for.
 *
 * @returns undefined where no instant is given: what there is now is asked for
 * @throws Refused NotAllowed, ApplicationUnknown (also where it began later), PositionUnknown
 */
export const thenOf = async (
  house: House,
  caller: Caller,
  { applicationId, asOf, atLeast }: AsOfArguments,
): Promise<Then | undefined> => {
  // GraphQL hands an absent argument over as null or not at all.
  if (typeof asOf !== 'string') return undefined;
  if (!mayReach(asOfRight, caller.role, false)) throw new Refused(commandRejections.NotAllowed());
  await visible(house, [], atLeast);
  const instant = readInstant(asOf) ?? Number.NaN;
  const then = await dossierAsOf(house, caller.organisationId, applicationId, instant);
  if (!then) throw new Refused(applicationRejections.ApplicationUnknown());
  const opening = new Opening(house, caller);
  opening.persons.prime(then.dossier.candidateId, then.space);
  return { ...then, caller: { ...caller, opening } };
};
