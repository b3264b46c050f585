import type { Files } from '@vivier/files';
import type { Identity } from '@vivier/identity';
import {
  isRejection,
  type Actor,
  type Attempt,
  type CorrelationId,
  type OrganisationId,
  type PersonId,
} from '@vivier/kernel';
import { deriveCommandId, type Execute } from '@vivier/runtime';
import type { Vault } from '@vivier/vault';
import type { Outbox } from '@vivier/work-state';
import type { ForPerson } from '../taking-turns.ts';
import type { ErasureFaults } from './points.ts';

/** What an erasure reaches. */
export interface ErasingPorts {
  readonly vault: Pick<Vault, 'destroyPerson' | 'destroyScope'>;
  readonly identity: Pick<Identity, 'removeAccountsOf'>;
  readonly files: Pick<Files, 'removePerson'>;
  readonly outbox: Pick<Outbox, 'removeAbout'>;
  readonly execute: Execute;
  readonly forPerson: ForPerson;
  /** Removes the mails that lie in the folder, of a person or of one dossier; resolves with how many. */
  readonly removeMailsOf: RemoveMailsOf;
  /** Resolves with whether every saga has seen all that the log held when it was asked. */
  readonly sagasFollowed: () => Promise<boolean>;
  readonly faults?: ErasureFaults | undefined;
}

export type RemoveMailsOf = (
  organisationId: OrganisationId,
  personId: PersonId,
  applicationId?: string,
) => Promise<number>;

/** A person, or one dossier of theirs. */
export interface Erasing {
  readonly candidateId: PersonId;
  readonly applicationId?: string | undefined;
}

/** A step that is not recorded has not happened: what follows waits, and the step is tried again. */
class NotRecorded extends Error {
  override readonly name: string;
  constructor(rejected: string) {
    super('What an erasure has done could not be recorded.');
    this.name = rejected;
  }
}

const by: Actor = { kind: 'saga', id: 'erasure', role: 'system' };

/**
 * Records a fact of an erasure.
 *
 * @param parts what else the command's id derives from
 * @throws NotRecorded under the name of the refusal
 */
export const record = async (
  execute: Execute,
  { organisationId, eventId }: Attempt,
  name: 'RecordKeysDestroyed' | 'RecordCopiesCleaned',
  input: object,
  ...parts: readonly string[]
): Promise<void> => {
  const outcome = await execute({
    name,
    input,
    organisationId,
    by,
    commandId: deriveCommandId('erasure', name, eventId, ...parts),
    causationId: eventId,
    correlationId: eventId as string as CorrelationId,
  });
  if (isRejection(outcome)) throw new NotRecorded(outcome.rejected);
};
