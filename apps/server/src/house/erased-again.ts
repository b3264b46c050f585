import { candidateEvents } from '@vivier/domain/events';
import type { EventStore } from '@vivier/event-store';
import type { Files } from '@vivier/files';
import type { Identity } from '@vivier/identity';
import { START, streamKey, type PersonId } from '@vivier/kernel';
import type { Vault } from '@vivier/vault';

const { type } = candidateEvents.SubjectErased;

/**
 * Destroys the keys of everybody whom the log calls erased, as far as these keys have not seen it yet, with
 * their accounts and files: a backup that is older than the log brings nobody back (GDPR 17).
 *
 * @returns how many erasures were looked at
 */
export const destroyErasedAgain = async ({
  store,
  vault,
  identity,
  files,
}: {
  readonly store: Pick<EventStore, 'head' | 'readAll'>;
  readonly vault: Pick<Vault, 'destroyPerson' | 'erasedUpTo' | 'noteErasedUpTo'>;
  readonly identity: Pick<Identity, 'removeAccountsOf'>;
  readonly files: Pick<Files, 'removePerson'>;
}): Promise<number> => {
  const head = await store.head();
  const known = await vault.erasedUpTo();
  // A log that ends before what these keys have seen was restored itself: all of it is looked at.
  const after = known > head ? START : known;
  if (after === head) return 0;
  let erasures = 0;
  const filter = { typePrefixes: [`${type}.v`] };
  for await (const page of store.readAll({ ...(after !== START && { after }), filter }))
    for (const { organisationId, stream } of page) {
      // Whose it is stands in the name of the stream, whatever version of the event this is.
      const personId = streamKey(stream) as PersonId;
      await vault.destroyPerson(organisationId, personId);
      await identity.removeAccountsOf(organisationId, personId);
      await files.removePerson(organisationId, personId);
      erasures += 1;
    }
  await vault.noteErasedUpTo(head);
  return erasures;
};
