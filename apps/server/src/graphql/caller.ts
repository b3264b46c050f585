import {
  createParamDecorator,
  Inject,
  Injectable,
  SetMetadata,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { GqlExecutionContext } from '@nestjs/graphql';
import { SignInRefused, type Principal } from '@vivier/identity';
import type { Actor, Role } from '@vivier/kernel';
import { commandRejections } from '@vivier/runtime';
import type { House } from '../house/house.ts';
import { HOUSE } from './bus.ts';
import { Opening } from './opening.ts';
import { edgeRejections } from './rejections.ts';
import { Refused } from './refused.ts';

/** Somebody who is signed in, and what they may open. */
export interface Caller extends Principal {
  readonly actor: Actor;
  readonly opening: Opening;
}

/** What GraphQL carries through one request. */
export interface RequestContext {
  readonly authorization: string | undefined;
  caller?: Promise<Caller>;
}

const ANONYMOUS = 'vivier:anonymous';
const ROLES = 'vivier:roles';

/** One of the few operations that need no sign-in (a closed list, tested). */
export const Anonymous = (): MethodDecorator => SetMetadata(ANONYMOUS, true);

/** Roles that may ask; for mutations the domain's table of rights decides. */
export const Roles = (...roles: readonly Role[]): MethodDecorator => SetMetadata(ROLES, roles);

/** The signed-in caller, as a resolver's parameter. */
export const SignedIn = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const { caller } = GqlExecutionContext.create(context).getContext<RequestContext>();
  return caller;
});

/** Lets nobody in who is not signed in. Rights are read anew with every request. */
@Injectable()
export class SignedInGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(HOUSE) private readonly house: House,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType<'graphql' | 'http'>() !== 'graphql') return true;
    const handler = context.getHandler();
    if (this.reflector.get<boolean | undefined>(ANONYMOUS, handler)) return true;
    const request = GqlExecutionContext.create(context).getContext<RequestContext>();
    request.caller ??= this.#authenticate(request.authorization);
    const caller = await request.caller;
    const roles = this.reflector.get<readonly Role[] | undefined>(ROLES, handler);
    if (roles && !roles.includes(caller.role)) throw new Refused(commandRejections.NotAllowed());
    return true;
  }

  async #authenticate(authorization: string | undefined): Promise<Caller> {
    const [, token] = /^Bearer ([\w.~+/-]+=*)$/i.exec(authorization ?? '') ?? [];
    if (token === undefined) throw new Refused(edgeRejections.NotSignedIn());
    try {
      const principal = await this.house.identity.authenticate(token);
      const { accountId, role, personId } = principal;
      return {
        ...principal,
        actor: { kind: 'account', id: accountId, role, personId },
        opening: new Opening(this.house, principal),
      };
    } catch (error) {
      if (error instanceof SignInRefused) throw new Refused(edgeRejections.NotSignedIn());
      throw error;
    }
  }
}
