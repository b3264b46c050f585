import type { OrganisationId } from '@vivier/kernel';

/** The organisation was never admitted, or its master key is lost. */
export class MasterKeyMissing extends Error {
  override readonly name = 'MasterKeyMissing';
  constructor(readonly organisationId: OrganisationId) {
    super(
      `Organisation ${organisationId} has no master key. A new one has to be admitted first; for ` +
        'one that already has keys, restore the master key file.',
    );
  }
}

/** A stored key that its organisation's master key does not unwrap. It is never taken for erased. */
export class KeyDamaged extends Error {
  override readonly name = 'KeyDamaged';
  constructor(readonly organisationId: OrganisationId) {
    super(
      `A key of organisation ${organisationId} cannot be unwrapped: restore the key file and the ` +
        'master key file that belong together.',
    );
  }
}

/** The database holds keys whose epoch key is not where the epoch keys are. */
export class EpochKeyMissing extends Error {
  override readonly name = 'EpochKeyMissing';
  constructor(place: string) {
    super(
      `The keys in the database are wrapped by an epoch key that is not in ${place}: give this ` +
        'process the epoch keys that belong to the database, or restore a copy of the database that ' +
        'is younger than the last rotation.',
    );
  }
}

/** The keys are deleted and fenced, but their bytes may still lie in the write-ahead log. */
export class DestructionUnfinished extends Error {
  override readonly name = 'DestructionUnfinished';
  constructor() {
    super(
      'The keys are deleted and fenced, but another reader of the key file keeps their bytes on ' +
        'disk. Close it and destroy them again.',
    );
  }
}

/** The list of fenced ids cannot be read in full, so that nobody knows who must stay erased. */
export class FenceDamaged extends Error {
  override readonly name = 'FenceDamaged';
  constructor(readonly line: number) {
    super(`Line ${line} of the fence file is damaged: restore the file, the vault stays shut.`);
  }
}

/** A file of secrets that others than its owner may read, or that is not what it should be. */
export class SecretFileUnsafe extends Error {
  override readonly name = 'SecretFileUnsafe';
  constructor(path: string, what: string) {
    super(`${path} ${what}`);
  }
}

export class VaultClosed extends Error {
  override readonly name = 'VaultClosed';
  constructor() {
    super('The vault is closed.');
  }
}
