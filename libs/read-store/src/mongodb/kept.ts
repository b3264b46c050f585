import type { OrganisationId } from '@vivier/kernel';
import { checkedOrganisation, wellFormed } from '../document.ts';
import type { Condition } from '../filter.ts';
import type { ReadDocument } from '../port.ts';

/**
 * A document as MongoDB keeps it. Its id is `<organisation>/<id>`, so that the one index that every
 * collection has finds it for its writers and walks an organisation in the order of ids; and the
 * organisation stands by itself, as the first key of every other index. All other fields are its own.
 */
export interface KeptDocument {
  readonly _id: string;
  readonly _organisation: string;
  readonly [field: string]: unknown;
}

/** What all ids of an organisation begin with. Throws a TypeError where it cannot be told from an id. */
const prefixOf = (organisationId: OrganisationId): string =>
  `${checkedOrganisation(organisationId)}/`;

/** Where a document lies. Throws a TypeError for an organisation that can be none. */
export const placeOf = (organisationId: OrganisationId, id: string): string =>
  `${prefixOf(organisationId)}${wellFormed(id)}`;

/** @param document as `storable` gives it */
export const asKept = (
  organisationId: OrganisationId,
  { _id, ...fields }: ReadDocument,
): KeptDocument => ({
  _id: placeOf(organisationId, _id),
  _organisation: organisationId,
  ...fields,
});

/** What was given to be kept, with its fields in the order that they had. */
export const asGiven = ({ _id, _organisation, ...fields }: KeptDocument): ReadDocument => ({
  _id: _id.slice(_organisation.length + 1),
  ...fields,
});

/**
 * A condition on documents as one on kept documents: ids are compared under the organisation's prefix,
 * which changes neither their order nor what is no text. No other field has another place.
 */
export const onKept = (organisationId: OrganisationId, condition: Condition): Condition => {
  const prefix = prefixOf(organisationId);
  const asPlace = <T>(operand: T): T | string =>
    typeof operand === 'string' ? `${prefix}${operand}` : operand;
  const translated = (one: Condition): Condition => {
    if (one.kind === 'all' || one.kind === 'any') return { ...one, of: one.of.map(translated) };
    if (one.path !== '_id') return one;
    if (one.kind === 'compare') return { ...one, operand: asPlace(one.operand) };
    if (one.kind === 'member') return { ...one, operands: one.operands.map(asPlace) };
    return one;
  };
  return translated(condition);
};

/** Holds for all ids of an organisation, and for no other's: `0` is the character after the slash. */
export const idsOf = (organisationId: OrganisationId): readonly Condition[] => [
  { kind: 'compare', path: '_id', operator: '$gte', operand: prefixOf(organisationId) },
  { kind: 'compare', path: '_id', operator: '$lt', operand: `${organisationId}0` },
];
