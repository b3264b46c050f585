import { recruitmentModule, type RecruitmentModuleState } from '@vivier/domain';
import { daysBetween, type OrganisationId } from '@vivier/kernel';
import type { CandidateSpace, DossierDocument } from '@vivier/projections';
import DataLoader from 'dataloader';
import { plannedErasures, type PlannedErasure } from '../house/planned-erasures.ts';
import type { House } from '../house/house.ts';
import type { DeletionWarningType } from './types/deletion-warning.ts';

/** What will disappear by itself, and when: what the sagas have planned for a person. */
export class Deletions {
  readonly #house: House;
  readonly #organisationId: OrganisationId;
  #settings: Promise<RecruitmentModuleState> | undefined;
  readonly #planned: DataLoader<string, readonly PlannedErasure[]>;

  constructor(house: House, organisationId: OrganisationId) {
    this.#house = house;
    this.#organisationId = organisationId;
    this.#planned = new DataLoader((ids) =>
      Promise.all(
        ids.map((id) => plannedErasures(house, organisationId, id, () => this.settings())),
      ),
    );
  }

  /** The organisation's settings for recruiting, read once for a request. */
  settings(): Promise<RecruitmentModuleState> {
    this.#settings ??= this.#house
      .load(this.#organisationId, recruitmentModule, this.#organisationId)
      .then(({ state }) => state as RecruitmentModuleState);
    return this.#settings;
  }

  /** When a dossier goes, alone or with its person. */
  async ofDossier({
    _id,
    candidateId,
    deleteAt,
  }: DossierDocument): Promise<DeletionWarningType | null> {
    return this.#first(await this.#planned.load(candidateId), _id, deleteAt !== null);
  }

  /** When a person without any running application goes. */
  async ofAccount({ _id, deleteAt }: CandidateSpace): Promise<DeletionWarningType | null> {
    return this.#first(await this.#planned.load(_id), undefined, deleteAt !== null);
  }

  #first(
    planned: readonly PlannedErasure[],
    applicationId: string | undefined,
    warned: boolean,
  ): DeletionWarningType | null {
    const found = planned.find((one) => one.applicationId === applicationId);
    if (!found) return null;
    const { deleteAt, rule, zone, deleteAfterDays } = found;
    const now = new Date(this.#house.clock.now()).toISOString();
    return {
      deleteAt,
      daysLeft: Math.max(0, daysBetween(now, deleteAt, zone)),
      rule,
      deleteAfterDays: deleteAfterDays ?? null,
      warned,
    };
  }
}
