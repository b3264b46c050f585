import { application, applicationEvents, candidateEvents } from '@vivier/domain';
import type { EventStore } from '@vivier/event-store';
import type { Files } from '@vivier/files';
import type { Identity } from '@vivier/identity';
import { START, streamKey, type Metadata, type PersonId } from '@vivier/kernel';
import type { Vault } from '@vivier/vault';

const personErased = `${candidateEvents.SubjectErased.type}.v`;
const dossierForgotten = `${applicationEvents.DossierForgotten.type}.v`;

/**
 * Destroys the keys of everybody whom the log calls erased, as far as these keys have not seen it yet, with
 * their accounts and files, and the keys of each dossier that it calls forgotten: a backup that is older
 * than the log brings nobody and nothing back (GDPR 17).
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
  readonly vault: Pick<Vault, 'destroyPerson' | 'destroyScope' | 'erasedUpTo' | 'noteErasedUpTo'>;
  readonly identity: Pick<Identity, 'removeAccountsOf'>;
  readonly files: Pick<Files, 'removePerson'>;
}): Promise<number> => {
  const head = await store.head();
  const known = await vault.erasedUpTo();
  // A log that ends before what these keys have seen was restored itself: all of it is looked at.
  const after = known > head ? START : known;
  if (after === head) return 0;
  let erasures = 0;
  const filter = { typePrefixes: [personErased, dossierForgotten] };
  for await (const page of store.readAll({ ...(after !== START && { after }), filter }))
    for (const { type, organisationId, stream, metadata } of page) {
      erasures += 1;
      // Whose it is stands beside the event, whatever version of it this is.
      const key = streamKey(stream);
      if (type.startsWith(dossierForgotten)) {
        const { personId } = JSON.parse(Buffer.from(metadata).toString()) as Metadata;
        if (personId) await vault.destroyScope(organisationId, personId, application.scope(key));
        continue;
      }
      const personId = key as PersonId;
      await vault.destroyPerson(organisationId, personId);
      await identity.removeAccountsOf(organisationId, personId);
      await files.removePerson(organisationId, personId);
    }
  await vault.noteErasedUpTo(head);
  return erasures;
};
