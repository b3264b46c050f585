import { Inject } from '@nestjs/common';
import { Args, Context, Mutation, Query, Resolver } from '@nestjs/graphql';
import { SignInRefused, type SignedIn } from '@vivier/identity';
import { candidateSpace } from '@vivier/projections';
import type { House } from '../../house/house.ts';
import { signInRejection } from '../../house/sign-in-rejections.ts';
import { AtLeastArguments } from '../arguments.ts';
import { Bus, HOUSE } from '../bus.ts';
import { SignedIn as Who, type Caller, type RequestContext } from '../caller.ts';
import { RefreshSignInInput, SignInInput } from '../inputs.ts';
import { lazily } from '../lazily.ts';
import { presentSpace } from '../present.ts';
import { PASSWORD_COST } from '../query-limits.ts';
import { Refused } from '../refused.ts';
import { SignInPayload, SignOutPayload, ViewerType } from '../types/payloads.ts';

const payloadOf = (signedIn: SignedIn): SignInPayload => ({
  accessToken: signedIn.accessToken,
  accessTokenExpiresAt: new Date(signedIn.accessTokenEnds).toISOString(),
  refreshToken: signedIn.refreshToken,
});

const orRefused = (error: unknown): never => {
  if (!(error instanceof SignInRefused)) throw error;
  const { retryAfterSeconds } = error;
  throw retryAfterSeconds === undefined
    ? new Refused(signInRejection(error))
    : new Refused(signInRejection(error), { status: 429, retryAfterSeconds });
};

@Resolver()
export class SignInResolver {
  constructor(
    @Inject(HOUSE) private readonly house: House,
    private readonly bus: Bus,
  ) {}

  @Mutation(() => SignInPayload, { complexity: PASSWORD_COST })
  async signIn(
    @Args('input') { organisation, email, password }: SignInInput,
    @Context() { address }: RequestContext,
  ): Promise<SignInPayload> {
    const credentials = { organisation, email, password, from: address };
    return payloadOf(await this.house.identity.signIn(credentials).catch(orRefused));
  }

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
    // Staff have none.
    const space = await this.bus.findOne(organisationId, candidateSpace, personId, atLeast);
    return lazily<ViewerType>({
      accountId,
      role,
      organisation: {
        organisationId,
        slug: organisation?.slug ?? '',
        name: organisation?.name ?? '',
      },
      name: () =>
        space
          ? caller.opening.text('Viewer.name', space.fullName, personId)
          : caller.opening.staffName('Viewer.name', accountId),
      candidateSpace: space ? presentSpace(space, caller) : null,
    });
  }
}
