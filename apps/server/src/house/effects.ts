import { candidateEvents, type FileId } from '@vivier/domain';
import type { Files } from '@vivier/files';
import { effect, type Effect, type PersonId } from '@vivier/kernel';
import type { Vault } from '@vivier/vault';

interface Ports {
  readonly files: Files;
  readonly vault: Vault;
}

/** What events do outside the log. Each comes to the same end when it is done twice. */
export const effectsOf = ({ files, vault }: Ports): readonly Effect[] => [
  /** A registration is in the log: its address stays claimed, though the process died in between. */
  effect<{ readonly personId: PersonId }>()({
    name: 'confirmAddress',
    events: [candidateEvents],
    on: { CandidateRegistered: ({ data }) => ({ personId: data.candidateId }) },
    perform: ({ personId }, { organisationId }) => vault.claims.confirm(organisationId, personId),
  }),

  /** An event names the file: the sweep of unnamed uploads leaves it alone from now on. */
  effect<{ readonly fileId: FileId }>()({
    name: 'keepDocument',
    events: [candidateEvents],
    on: {
      DocumentAdded: ({ data }) => ({ fileId: data.fileId }),
      DocumentReplaced: ({ data }) => ({ fileId: data.fileId }),
    },
    perform: ({ fileId }, { organisationId }) => files.keep(organisationId, fileId),
  }),
];
