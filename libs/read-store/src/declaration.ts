import { ORGANISATION_FIELD } from './document.ts';
import { DeclarationRefused, type CollectionDeclaration, type IndexKey } from './port.ts';

/** One key of an index or of an order. */
export interface OrderTerm {
  readonly path: string;
  readonly direction: 1 | -1;
}

/** A checked declaration; each index ends in `_id`, so that no two documents are equal in it. */
export interface DeclaredCollection {
  readonly name: string;
  readonly indexes: readonly (readonly OrderTerm[])[];
  /** Where only scalars lie. */
  readonly indexedPaths: ReadonlySet<string>;
}

const NAME = /^[A-Za-z][A-Za-z0-9_]{0,99}$/;
const INDEX_PATH = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;

/** The terms of a key, in order. */
export const orderTerms = (key: IndexKey): readonly OrderTerm[] =>
  Object.entries(key).map(([path, direction]) => ({ path, direction }));

const indexTerms = (name: string, key: IndexKey): readonly OrderTerm[] => {
  const terms = orderTerms(key);
  if (terms.length === 0) throw new DeclarationRefused(`An index of ${name} has no key.`);
  for (const [at, { path, direction }] of terms.entries()) {
    if (!INDEX_PATH.test(path)) {
      throw new DeclarationRefused(
        `${name} cannot be indexed by ${JSON.stringify(path)}: each part of a path is a plain name.`,
      );
    }
    if (path.split('.')[0] === ORGANISATION_FIELD) {
      throw new DeclarationRefused(
        `${name} cannot be indexed by ${ORGANISATION_FIELD}: the organisation stands before each key.`,
      );
    }
    if (direction !== 1 && direction !== -1) {
      throw new DeclarationRefused(`The direction of ${path} in ${name} is neither 1 nor -1.`);
    }
    if (path === '_id' && at < terms.length - 1) {
      throw new DeclarationRefused(`In an index of ${name}, _id comes last: it decides alone.`);
    }
  }
  return terms.at(-1)?.path === '_id' ? terms : [...terms, { path: '_id', direction: 1 }];
};

/** Checks a declaration, for any adapter. Throws {@link DeclarationRefused}. */
export const checkedDeclaration = (declaration: CollectionDeclaration): DeclaredCollection => {
  const { name } = declaration;
  if (!NAME.test(name)) {
    throw new DeclarationRefused(
      `${JSON.stringify(name)} is no name for a collection: letters, digits and underscores.`,
    );
  }
  const indexes = declaration.indexes.map((key) => indexTerms(name, key));
  const indexedPaths = new Set(indexes.flat().map((term) => term.path));
  indexedPaths.delete('_id');
  return { name, indexes, indexedPaths };
};

/** Two declarations of one name must say the same. Throws {@link DeclarationRefused}. */
export const checkUnchanged = (kept: DeclaredCollection, asked: DeclaredCollection): void => {
  if (JSON.stringify(kept.indexes) !== JSON.stringify(asked.indexes)) {
    throw new DeclarationRefused(
      `The collection ${asked.name} exists with other indexes: raise the projection's version.`,
    );
  }
};
