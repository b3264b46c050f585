import {
  createParamDecorator,
  Inject,
  Injectable,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import type { Relation } from '@vivier/domain';
import { SignInRefused, type Principal } from '@vivier/identity';
import type { Actor, PersonId } from '@vivier/kernel';
import { commandRejections } from '@vivier/runtime';
import type { GraphQLResolveInfo } from 'graphql';
import type { House } from '../house/house.ts';
import { HOUSE } from './bus.ts';
import { Deletions } from './deletions.ts';
import { Opening } from './opening.ts';
import { edgeRejections } from './rejections.ts';
import { Refused, refusedUntil } from './refused.ts';
import { operationRights } from './rights.ts';

/** Somebody who is signed in, and what they may open. */
interface SignedInCaller extends Principal {
  readonly actor: Actor;
  readonly opening: Opening;
  readonly deletions: Deletions;
}

/** The access token of an `Authorization`, if it is one. */
export const bearerToken = (authorization: string | undefined): string | undefined =>
  /^Bearer ([\w.~+/-]+=*)$/i.exec(authorization ?? '')?.[1];

export const signedInAs = (house: House, principal: Principal): SignedInCaller => {
  const { accountId, role, personId } = principal;
  return {
    ...principal,
    actor: { kind: 'account', id: accountId, role, personId },
    opening: new Opening(house, principal),
    deletions: new Deletions(house, principal.organisationId),
  };
};

/** The same, as the resolver of one operation sees them. */
export interface Caller extends SignedInCaller {
  /** On whose things this operation lets their role act. */
  readonly relation: Relation;
}

/** Whether the caller's operation reaches what belongs to a person of their organisation. */
export const reaches = ({ relation, personId }: Caller, owner: PersonId): boolean =>
  relation === 'organisation' || owner === personId;

/** What GraphQL carries through one request. */
export interface RequestContext {
  readonly authorization: string | undefined;
  /** Where it comes from, as it is counted. */
  readonly address: string;
  /** Counts a request of an account; gives after how many seconds it may send one, 0 for now. */
  readonly retryAfter: (accountId: string) => number;
  caller?: Promise<SignedInCaller>;
}

/** Who asks for an operation, if its row lets them; undefined where nobody needs to sign in. */
const callerOf = async (context: GqlExecutionContext): Promise<Caller | undefined> => {
  const right = operationRights[context.getInfo<GraphQLResolveInfo>().fieldName];
  if (right === 'anyone') return undefined;
  const caller = await context.getContext<RequestContext>().caller;
  const relation = caller && right?.[caller.role];
  if (!relation) throw new Refused(commandRejections.NotAllowed());
  return { ...caller, relation };
};

/** The signed-in caller, as a resolver's parameter. */
export const SignedIn = createParamDecorator((_: unknown, context: ExecutionContext) =>
  callerOf(GqlExecutionContext.create(context)),
);

/**
 * Lets in whom the operation's row in `rights.ts` names, before its input is looked at. The role is read
 * anew with every request.
 */
@Injectable()
export class SignedInGuard implements CanActivate {
  constructor(@Inject(HOUSE) private readonly house: House) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType<'graphql' | 'http'>() !== 'graphql') return true;
    const graphql = GqlExecutionContext.create(context);
    if (operationRights[graphql.getInfo<GraphQLResolveInfo>().fieldName] === 'anyone') return true;
    const request = graphql.getContext<RequestContext>();
    request.caller ??= this.#authenticate(request);
    await callerOf(graphql);
    return true;
  }

  async #authenticate({ authorization, retryAfter }: RequestContext): Promise<SignedInCaller> {
    const token = bearerToken(authorization);
    if (token === undefined) throw new Refused(edgeRejections.NotSignedIn());
    try {
      const principal = await this.house.identity.authenticate(token);
      const wait = retryAfter(principal.accountId);
      if (wait > 0) throw refusedUntil(edgeRejections.RateLimited, wait);
      return signedInAs(this.house, principal);
    } catch (error) {
      if (error instanceof SignInRefused) throw new Refused(edgeRejections.NotSignedIn());
      throw error;
    }
  }
}
