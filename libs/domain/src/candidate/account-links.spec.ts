import { anonymous, candidateSelf, deciderWords, sagaNamed, told } from '@vivier/testing';
import { aggregates } from '../aggregates.ts';
import { rights } from '../rights.ts';
import { candidateEvents, type LinkId } from './candidate.events.ts';
import { adaErased, adaId, adasVault, bobId, bobsVault } from './candidate.fixtures.ts';

const given = deciderWords(aggregates, rights);
const {
  AccountConfirmed,
  ActivationRequested,
  AddressChangeRequested,
  LoginEmailChanged,
  PasswordReset,
  PasswordResetRequested,
} = told(candidateEvents);

const first = '11110000-0000-4000-8000-000000000001' as LinkId;
const next = '11110000-0000-4000-8000-000000000002' as LinkId;
const other = '11110000-0000-4000-8000-000000000003' as LinkId;
const email = 'ada@new.example';
const candidateId = adaId;

const self = candidateSelf(adaId);
const holder = anonymous(first);
const at = '2026-03-02T09:00:00.000Z';
/** When links end that were asked for at `at`, and the last moment before. */
const inAWeek = '2026-03-09T09:00:00.000Z';
const inHalfAnHour = '2026-03-02T09:30:00.000Z';
const justBefore = {
  inAWeek: '2026-03-09T08:59:59.999Z',
  inHalfAnHour: '2026-03-02T09:29:59.999Z',
};

const activation = (linkId = first) => ActivationRequested({ linkId, until: inAWeek });
const reset = (linkId = first) => PasswordResetRequested({ linkId, until: inHalfAnHour });
const change = (linkId = first) => AddressChangeRequested({ linkId, until: inHalfAnHour, email });

describe('R-030: an activation link', () => {
  test('is sent again when its owner asks, and holds for seven days', () =>
    given(adasVault())
      .when('RequestActivation', { candidateId }, { by: self, at })
      .thenMade(({ newId }) => [ActivationRequested({ linkId: newId, until: inAWeek })]));

  test('is sent when an application is accepted', () =>
    given(adasVault())
      .when('RequestActivation', { candidateId }, { by: sagaNamed('activationOnAcceptance'), at })
      .thenMade(({ newId }) => [ActivationRequested({ linkId: newId, until: inAWeek })]));

  test('is not sent for an account that is confirmed', () =>
    given(adasVault(activation(), AccountConfirmed({ linkId: first })))
      .when('RequestActivation', { candidateId }, { by: sagaNamed('activationOnAcceptance'), at })
      .thenRejected('AccountAlreadyConfirmed'));

  test('is asked for by nobody else', async () => {
    await given(adasVault(), bobsVault())
      .when('RequestActivation', { candidateId }, { by: candidateSelf(bobId), at })
      .thenRejected('CandidateUnknown');
    await given(adasVault())
      .when('RequestActivation', { candidateId }, { by: holder, at })
      .thenRejected('NotAllowed');
  });

  test('confirms the account until it ends', async () => {
    await given(adasVault(activation()))
      .when(
        'ConfirmAccount',
        { candidateId, linkId: first },
        { by: holder, at: justBefore.inAWeek },
      )
      .then(AccountConfirmed({ linkId: first }));
    await given(adasVault(activation()))
      .when('ConfirmAccount', { candidateId, linkId: first }, { by: holder, at: inAWeek })
      .thenRejected('LinkExpired');
  });

  test('is good once', () =>
    given(adasVault(activation()))
      .when('ConfirmAccount', { candidateId, linkId: first }, { by: holder, at, commandId: 'one' })
      .when('ConfirmAccount', { candidateId, linkId: first }, { by: holder, at, commandId: 'two' })
      .thenRejected('LinkUsed'));

  test('gives way to a newer one, which works', async () => {
    const both = adasVault(activation(), activation(next));
    await given(both)
      .when('ConfirmAccount', { candidateId, linkId: first }, { by: holder, at })
      .thenRejected('LinkUsed');
    await given(both)
      .when('ConfirmAccount', { candidateId, linkId: next }, { by: anonymous(next), at })
      .then(AccountConfirmed({ linkId: next }));
  });

  test('that was never sent, or to somebody else, leads nowhere', async () => {
    await given(adasVault(activation()))
      .when('ConfirmAccount', { candidateId, linkId: other }, { by: holder, at })
      .thenRejected('LinkUnknown');
    await given(adasVault(activation()), bobsVault())
      .when('ConfirmAccount', { candidateId: bobId, linkId: first }, { by: holder, at })
      .thenRejected('LinkUnknown');
  });
});

describe('A link for a lost password', () => {
  test('holds for half an hour', async () => {
    await given(adasVault())
      .when('RequestPasswordReset', { candidateId }, { by: anonymous(adaId), at })
      .thenMade(({ newId }) => [PasswordResetRequested({ linkId: newId, until: inHalfAnHour })]);
    const input = { candidateId, linkId: first };
    await given(adasVault(reset()))
      .when('ResetPassword', input, { by: holder, at: justBefore.inHalfAnHour })
      .then(PasswordReset({ linkId: first }));
    await given(adasVault(reset()))
      .when('ResetPassword', input, { by: holder, at: inHalfAnHour })
      .thenRejected('LinkExpired');
  });

  test('is good once', () =>
    given(adasVault(reset(), PasswordReset({ linkId: first })))
      .when('ResetPassword', { candidateId, linkId: first }, { by: holder, at })
      .thenRejected('LinkUsed'));

  test('ends a change of address that was asked for before, and spares the activation', async () => {
    const account = adasVault(
      activation(next),
      change(other),
      reset(),
      PasswordReset({ linkId: first }),
    );
    await given(account)
      .when('ConfirmAddressChange', { candidateId, linkId: other, email }, { by: holder, at })
      .thenRejected('LinkUsed');
    await given(account)
      .when('ConfirmAccount', { candidateId, linkId: next }, { by: holder, at })
      .then(AccountConfirmed({ linkId: next }));
  });
});

describe('A link to a new address', () => {
  const input = { candidateId, linkId: first, email };

  test('holds for half an hour', async () => {
    await given(adasVault())
      .when('RequestAddressChange', { email }, { by: self, at })
      .thenMade(({ newId }) => [
        AddressChangeRequested({ linkId: newId, until: inHalfAnHour, email }),
      ]);
    await given(adasVault(change()))
      .when('ConfirmAddressChange', input, { by: holder, at: justBefore.inHalfAnHour })
      .then(LoginEmailChanged({ linkId: first, email }));
    await given(adasVault(change()))
      .when('ConfirmAddressChange', input, { by: holder, at: inHalfAnHour })
      .thenRejected('LinkExpired');
  });

  test('gives way to one for yet another address', () =>
    given(adasVault(change(), change(next)))
      .when('ConfirmAddressChange', input, { by: holder, at })
      .thenRejected('LinkUsed'));

  test('that has done its work ends every link that went to the old address', async () => {
    const done = LoginEmailChanged({ linkId: first, email });
    const changed = adasVault(activation(next), reset(other), change(), done);
    await given(changed)
      .when('ConfirmAddressChange', input, { by: holder, at })
      .thenRejected('LinkUsed');
    await given(changed)
      .when('ConfirmAccount', { candidateId, linkId: next }, { by: holder, at })
      .thenRejected('LinkUsed');
    await given(changed)
      .when('ResetPassword', { candidateId, linkId: other }, { by: holder, at })
      .thenRejected('LinkUsed');
  });

  test('is not asked for with what is no address', () =>
    given(adasVault())
      .when('RequestAddressChange', { email: 'ada at example' }, { by: self, at })
      .thenRejected('InvalidInput', { fields: { email: 'is missing or not acceptable' } }));
});

const kinds = [
  ['ConfirmAccount', activation(), { candidateId, linkId: first }],
  ['ResetPassword', reset(), { candidateId, linkId: first }],
  ['ConfirmAddressChange', change(), { candidateId, linkId: first, email }],
] as const;

test.each(kinds)('%s takes a link of its own kind and no other', async (name, own, input) => {
  for (const [, sent] of kinds) {
    const outcome = await given(adasVault(sent)).when(name, input, { by: holder, at }).outcome();
    expect(outcome).toBe(sent === own ? 'done' : 'LinkUnknown');
  }
});

test.each(kinds)('GDPR 17: %s does nothing for who was erased', (name, sent, input) =>
  given(adasVault(sent, adaErased))
    .when(name, input, { by: holder, at })
    .thenRejected('LinkUnknown'),
);

test('GDPR 17: nothing is asked for by who was erased', async () => {
  const erased = adasVault(adaErased);
  await given(erased)
    .when('RequestActivation', { candidateId }, { by: self, at })
    .thenRejected('CandidateUnknown');
  await given(erased)
    .when('RequestPasswordReset', { candidateId }, { by: anonymous(adaId), at })
    .thenRejected('CandidateUnknown');
  await given(erased)
    .when('RequestAddressChange', { email }, { by: self, at })
    .thenRejected('CandidateUnknown');
});
