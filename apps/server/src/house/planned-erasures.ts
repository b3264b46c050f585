import type { RecruitmentModuleState } from '@vivier/domain';
import type { OrganisationId } from '@vivier/kernel';
import { finalRejection, incompleteDossier } from '@vivier/sagas';
import type { House } from './house.ts';

/** Something of a person that will disappear unless somebody does something first. */
export interface PlannedErasure {
  /** Left out: the account, of somebody without a running application. */
  readonly applicationId?: string;
  /** ISO-8601 instant. */
  readonly deleteAt: string;
  readonly rule: 'incomplete' | 'finalRejection';
  /** An IANA zone: where the days are counted. */
  readonly zone: string;
  /** What the setting says, where it is one of days. */
  readonly deleteAfterDays?: number;
}

/** The commands of sagas that end something, as their entries carry them. */
interface Planned {
  readonly name: string;
  readonly input: {
    readonly applicationId?: string;
    readonly because?: PlannedErasure['rule'];
  };
}

const ENDING: readonly string[] = ['EraseSubject', 'ForgetDossier'];

/**
 * What the sagas have planned for a person, the next first.
 *
 * @param settings the organisation's, asked for where something is planned
 */
export const plannedErasures = async (
  { planned }: Pick<House, 'planned'>,
  organisationId: OrganisationId,
  candidateId: string,
  settings: () => Promise<RecruitmentModuleState>,
): Promise<readonly PlannedErasure[]> => {
  const entries = (
    await Promise.all(
      [incompleteDossier.name, finalRejection.name].map((saga) =>
        planned(saga, organisationId, candidateId),
      ),
    )
  ).flat();
  if (entries.length === 0) return [];
  const { zone, deleteAfterDays } = (await settings()).incompleteDeletion;
  return entries
    .toSorted((a, b) => a.due - b.due)
    .flatMap(({ due, payload }) => {
      const { name, input } = JSON.parse(payload) as Planned;
      const { applicationId, because: rule } = input;
      if (!ENDING.includes(name) || rule === undefined) return [];
      return [
        {
          ...(applicationId !== undefined && { applicationId }),
          deleteAt: new Date(due).toISOString(),
          rule,
          zone,
          ...(rule === 'incomplete' && { deleteAfterDays }),
        },
      ];
    });
};
