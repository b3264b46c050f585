import { Inject } from '@nestjs/common';
import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import { SignInRefused } from '@vivier/identity';
import type { CommandId, Rejection } from '@vivier/kernel';
import type { Done, Execute } from '@vivier/runtime';
import {
  confirmAccount,
  confirmAddressChange,
  requestPasswordReset,
  resetPassword,
} from '../../house/account.ts';
import type { House } from '../../house/house.ts';
import { Bus, HOUSE, type Sending } from '../bus.ts';
import { SignedIn, type Caller, type RequestContext } from '../caller.ts';
import { commandIdOf } from '../command-id.ts';
import {
  ConfirmAccountInput,
  ConfirmAddressChangeInput,
  RequestActivationInput,
  RequestAddressChangeInput,
  RequestPasswordResetInput,
  ResetPasswordInput,
} from '../inputs-account.ts';
import { PASSWORD_COST } from '../query-limits.ts';
import { acceptedOf, Refused, refusedUntil } from '../refused.ts';
import { edgeRejections } from '../rejections.ts';
import { AccountPayload, RequestPasswordResetPayload } from '../types/account.ts';

/** Too many mails were asked for: refused for as long as is told. */
const orTooMany = (error: unknown): never => {
  if (error instanceof SignInRefused && error.retryAfterSeconds !== undefined)
    throw refusedUntil(edgeRejections.TooManyMailsAsked, error.retryAfterSeconds);
  throw error;
};

@Resolver()
export class AccountResolver {
  readonly #send: Execute;

  constructor(
    @Inject(HOUSE) private readonly house: House,
    private readonly bus: Bus,
  ) {
    this.#send = (envelope) => this.bus.try(envelope);
  }

  @Mutation(() => AccountPayload, {
    description: 'Sends the activation link again; it holds for seven days, and ends older ones.',
  })
  async requestActivation(
    @SignedIn() caller: Caller,
    @Args('input') { commandId }: RequestActivationInput,
    @Context() { address }: RequestContext,
  ): Promise<AccountPayload> {
    const input = { candidateId: caller.personId };
    return this.#ask(caller, { name: 'RequestActivation', input }, commandId, address, []);
  }

  @Mutation(() => AccountPayload, {
    description: 'Follows an activation link, which is good once.',
  })
  confirmAccount(
    @Args('input') { token, commandId }: ConfirmAccountInput,
  ): Promise<AccountPayload> {
    return this.#follow(commandId, (following) =>
      confirmAccount(this.house, { token, ...following }, this.#send),
    );
  }

  @Mutation(() => RequestPasswordResetPayload, {
    description:
      'Sends a link for a new password, which holds for half an hour, where a candidate has the address.',
    complexity: PASSWORD_COST,
  })
  async requestPasswordReset(
    @Args('input') { organisation, email, commandId: given }: RequestPasswordResetInput,
    @Context() { address: from }: RequestContext,
  ): Promise<RequestPasswordResetPayload> {
    const commandId = commandIdOf(given);
    const asked = { organisation, email, from, commandId };
    const refused = await requestPasswordReset(this.house, asked, this.#send).catch(orTooMany);
    if (refused) throw new Refused(refused);
    return { commandId };
  }

  @Mutation(() => AccountPayload, {
    description: 'Follows a link for a lost password. Every login session of the account ends.',
    complexity: PASSWORD_COST,
  })
  resetPassword(
    @Args('input') { token, password, commandId }: ResetPasswordInput,
  ): Promise<AccountPayload> {
    return this.#follow(commandId, (following) =>
      resetPassword(this.house, { token, password, ...following }, this.#send),
    );
  }

  @Mutation(() => AccountPayload, {
    description: 'Sends a link to the new address, which holds for half an hour.',
  })
  async requestAddressChange(
    @SignedIn() caller: Caller,
    @Args('input') { email, commandId }: RequestAddressChangeInput,
    @Context() { address }: RequestContext,
  ): Promise<AccountPayload> {
    const sending = { name: 'RequestAddressChange', input: { email } } as const;
    return this.#ask(caller, sending, commandId, address, [email]);
  }

  @Mutation(() => AccountPayload, {
    description:
      'Follows the link that went to the new address. Every login session of the account ends; signing in takes the new address.',
  })
  confirmAddressChange(
    @Args('input') { token, commandId }: ConfirmAddressChangeInput,
  ): Promise<AccountPayload> {
    return this.#follow(commandId, (following) =>
      confirmAddressChange(this.house, { token, ...following }, this.#send),
    );
  }

  /** @param mailboxes to which so many mails are sent, whoever asks for them */
  async #ask<Name extends 'RequestActivation' | 'RequestAddressChange'>(
    { organisationId, actor: by, personId }: Caller,
    { name, input }: Pick<Sending<Name>, 'name' | 'input'>,
    given: string | undefined,
    from: string,
    mailboxes: readonly string[],
  ): Promise<AccountPayload> {
    const commandId = commandIdOf(given);
    for (const about of [`${name} ${personId}`, ...mailboxes])
      await this.house.identity
        .countMailAsked({ organisation: organisationId, about, from })
        .catch(orTooMany);
    const { position } = await this.house.forPerson(personId, () =>
      this.bus.send({ name, input, organisationId, by, commandId }),
    );
    return { position: position ?? null, commandId };
  }

  async #follow(
    given: string | undefined,
    follow: (following: { readonly commandId: CommandId }) => Promise<Done | Rejection>,
  ): Promise<AccountPayload> {
    const commandId = commandIdOf(given);
    const { position } = acceptedOf(await follow({ commandId }));
    return { position: position ?? null, commandId };
  }
}
