import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { SignInRefused, type SignedIn } from '@vivier/identity';
import { candidateSpace } from '@vivier/projections';
import type { House } from '../../house/house.ts';
import { signInRejection } from '../../house/sign-in-rejections.ts';
import { AtLeastArguments } from '../arguments.ts';
import { Bus, HOUSE } from '../bus.ts';
import { Anonymous, SignedIn as Who, type Caller } from '../caller.ts';
import { RefreshSignInInput, SignInInput } from '../inputs.ts';
import { lazily, presentSpace } from '../present.ts';
import { Refused } from '../refused.ts';
import { SignInPayload, SignOutPayload, ViewerType } from '../types/payloads.ts';

const payloadOf = (signedIn: SignedIn): SignInPayload => ({
  accessToken: signedIn.accessToken,
  accessTokenExpiresAt: new Date(signedIn.accessTokenEnds).toISOString(),
  refreshToken: signedIn.refreshToken,
});

const orRefused = (error: unknown): never => {
  throw error instanceof SignInRefused ? new Refused(signInRejection(error)) : error;
};

@Resolver()
export class SignInResolver {
  constructor(
    @Inject(HOUSE) private readonly house: House,
    private readonly bus: Bus,
  ) {}

  @Anonymous()
  @Mutation(() => SignInPayload)
  async signIn(@Args('input') input: SignInInput): Promise<SignInPayload> {
    return payloadOf(await this.house.identity.signIn(input).catch(orRefused));
  }

  @Anonymous()
  @Mutation(() => SignInPayload, { description: 'Each refresh token is good once.' })
  async refreshSignIn(@Args('input') input: RefreshSignInInput): Promise<SignInPayload> {
    return payloadOf(await this.house.identity.refresh(input.refreshToken).catch(orRefused));
  }

  @Mutation(() => SignOutPayload)
  async signOut(@Who() caller: Caller): Promise<SignOutPayload> {
    await this.house.identity.signOut(caller.sessionId);
    return { signedOut: true };
  }

  @Query(() => ViewerType)
  async me(@Who() caller: Caller, @Args() { atLeast }: AtLeastArguments): Promise<ViewerType> {
    const { organisationId, role, accountId, personId } = caller;
    const organisation = await this.house.identity.organisation(organisationId);
    const space =
      role === 'candidate'
        ? await this.bus.findOne(organisationId, candidateSpace, personId, atLeast)
        : undefined;
    return lazily<ViewerType>({
      accountId,
      role,
      organisation: {
        organisationId,
        slug: organisation?.slug ?? '',
        name: organisation?.name ?? '',
      },
      name: () =>
        space ? caller.opening.text(space.fullName, personId) : caller.opening.staffName(accountId),
      candidateSpace: space ? presentSpace(space, caller) : null,
    });
  }
}
