import type { OrganisationId, PersonId, Scope } from '@vivier/kernel';
import { canonical } from './aead.ts';

/** What was destroyed for good: one scope of a person, or (scope `null`) the whole person. */
export interface Fence {
  readonly organisationId: OrganisationId;
  readonly personId: PersonId;
  readonly scope: Scope | null;
  /** ms since 1970. */
  readonly at: number;
}

/** A scope that goes, or (scope `null`) a person with all scopes and e-mail claims. */
export type Destruction = Omit<Fence, 'at'>;

/** The same for two fences of the same, whenever each was put up. */
export const fenceName = ({ organisationId, personId, scope }: Destruction): string =>
  canonical(organisationId, personId, scope ?? false);

/** A fence as it stands in the list, without the line's end. */
export const toLine = ({ organisationId, personId, scope, at }: Fence): string =>
  JSON.stringify({ organisation: organisationId, person: personId, scope, at });

/** What a line says, or `undefined` where it is not a whole one. */
export const fromLine = (line: string): Fence | undefined => {
  try {
    const { organisation, person, scope, at } = JSON.parse(line) as Record<string, unknown>;
    if (typeof organisation !== 'string' || typeof person !== 'string') return undefined;
    if (!(scope === null || typeof scope === 'string') || typeof at !== 'number') return undefined;
    return {
      organisationId: organisation as OrganisationId,
      personId: person as PersonId,
      scope: scope as Scope | null,
      at,
    };
  } catch {
    return undefined;
  }
};
