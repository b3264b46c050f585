import type { FenceList } from './fence-list.ts';
import type { KeyFile } from './key-file.ts';
import type { Destruction } from '../fence.ts';
import { OncePerTurn } from '../once-per-turn.ts';
import type { ScopeKeys } from '../scope-keys.ts';

/** Where a crash test may stop a destruction: after its fence, its deletion, its truncation. */
export type DestructionPoint = 'fenced' | 'deleted' | 'truncated';

/** For crash tests: called at each point; throwing there leaves the files as a crash would. */
export interface VaultFaults {
  at(point: DestructionPoint): void;
}

interface DestroyerNeeds {
  readonly keyFile: KeyFile;
  readonly fenceList: FenceList;
  readonly scopeKeys: ScopeKeys;
  readonly now: () => number;
  readonly faults: VaultFaults | undefined;
}

/**
 * Destroys keys in the one order that a crash cannot undo: the fence first, so that what was begun is
 * finished at the next start; then the rows; then the bytes in the log (GDPR 17).
 */
export class Destroyer {
  readonly #needs: DestroyerNeeds;
  readonly #turn: OncePerTurn<Destruction, void>;

  constructor(needs: DestroyerNeeds) {
    this.#needs = needs;
    // Before whoever follows the log takes the loop for all that is kept about somebody.
    this.#turn = new OncePerTurn((destructions) => this.#destroy(destructions), queueMicrotask);
  }

  /** Resolves once no byte of the keys is on disk or ready for use. Idempotent. */
  destroy(destruction: Destruction): Promise<void> {
    return this.#turn.add(destruction);
  }

  flush(): void {
    this.#turn.flush();
  }

  // All of it in one synchronous run, so that no sealing comes between its steps.
  #destroy(destructions: readonly Destruction[]): readonly void[] {
    const { keyFile, fenceList, scopeKeys, faults } = this.#needs;
    const at = this.#needs.now();
    const fences = destructions.map((destruction) => ({ ...destruction, at }));
    fenceList.append(
      fences.filter(
        ({ organisationId, personId, scope }) =>
          keyFile.fenceOf(organisationId, personId, scope) === undefined,
      ),
    );
    keyFile.fenceAhead(fences);
    scopeKeys.forget(destructions);
    faults?.at('fenced');
    keyFile.destroy(fences);
    faults?.at('deleted');
    keyFile.truncateLog();
    faults?.at('truncated');
    return destructions.map(() => undefined);
  }
}
