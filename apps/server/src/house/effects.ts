import { candidateEvents, type FileId } from '@vivier/domain';
import type { Files } from '@vivier/files';
import type { Identity } from '@vivier/identity';
import { effect, type Effect, type PersonId, type Scope } from '@vivier/kernel';
import type { Vault } from '@vivier/vault';
import { cleanCopies } from './erasing/clean-copies.ts';
import { destroyKeys } from './erasing/destroy-keys.ts';
import type { ErasingPorts } from './erasing/erasing-ports.ts';
import type { SettleAddress } from './login-address.ts';
import { sendMail } from './mail/send-mail.ts';
import type { MailPorts } from './mail/what-it-says.ts';

interface Ports extends ErasingPorts, Omit<MailPorts, 'vault' | 'identity'> {
  readonly settleAddress: SettleAddress;
  readonly files: Files;
  readonly identity: Identity;
  readonly vault: Vault;
}

/** What events do outside the log. Each comes to the same end when it is done twice. */
export const effectsOf = (ports: Ports): readonly Effect[] => [
  // First: whose keys are to go is not made to wait for anything else.
  destroyKeys(ports),
  cleanCopies(ports),

  /** A registration is in the log: its address stays claimed, though the process died in between. */
  effect<{ readonly personId: PersonId }>()({
    name: 'confirmAddress',
    events: [candidateEvents],
    on: { CandidateRegistered: ({ data }) => ({ personId: data.candidateId }) },
    perform: ({ personId }, { organisationId }) =>
      ports.vault.claims.confirm(organisationId, personId),
  }),

  /** Somebody has another address: the account has it too, though the process died in between. */
  effect<{ readonly personId: PersonId }>()({
    name: 'settleAddress',
    events: [candidateEvents],
    on: { LoginEmailChanged: ({ personId }) => personId && { personId } },
    perform: ({ personId }, { organisationId }) =>
      ports.forPerson(personId, () => ports.settleAddress(organisationId, personId)),
  }),

  /** An event names the file: the sweep of unnamed uploads leaves it alone from now on. */
  effect<{ readonly fileId: FileId }>()({
    name: 'keepDocument',
    events: [candidateEvents],
    on: {
      DocumentAdded: ({ data }) => ({ fileId: data.fileId }),
      DocumentReplaced: ({ data }) => ({ fileId: data.fileId }),
    },
    perform: ({ fileId }, { organisationId }) => ports.files.keep(organisationId, fileId),
  }),

  /** Its owner removed a document: the bytes go with their keys, whatever still names them. */
  effect<{ readonly personId: PersonId; readonly files: readonly FileId[] }>()({
    name: 'removeFiles',
    events: [candidateEvents],
    on: { DocumentRemoved: ({ personId, data: { files } }) => personId && { personId, files } },
    perform: async ({ personId, files }, { organisationId }) => {
      for (const fileId of files) {
        await ports.vault.destroyScope(organisationId, personId, `file-${fileId}` as Scope);
        await ports.files.remove(organisationId, fileId);
      }
    },
  }),

  // Last: a mail server may take its time.
  sendMail(ports),
];
