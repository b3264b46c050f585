import type { Actor, PersonId, Role } from '@vivier/kernel';

const staff =
  (role: Role) =>
  (name: string): Actor => ({
    kind: 'account',
    id: `account-${name}`,
    role,
    personId: `person-${name}` as PersonId,
  });

/** An account of the role, told apart by name: `operator('otto')`. */
export const operator = staff('operator');
export const admin = staff('admin');
export const compliance = staff('compliance');
export const integratorNamed = staff('integrator');

/** The account of a candidate: the person is the candidate. */
export const candidateSelf = (personId: PersonId): Actor => ({
  kind: 'account',
  id: `account-${personId}`,
  role: 'candidate',
  personId,
});

/** Nobody known, who followed something. */
export const anonymous = (followed: string): Actor => ({
  kind: 'anonymous',
  id: followed,
  role: 'anonymous',
});

export const sagaNamed = (name: string): Actor => ({ kind: 'saga', id: name, role: 'system' });
