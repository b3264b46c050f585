import type { HeldLease, ReadStore } from './port.ts';

/** The same store, for a writer that shows its lease with everything that it writes. */
export const underLease = (store: ReadStore, lease: HeldLease): ReadStore => ({
  declare: (declaration) => store.declare(declaration, lease),
  collection: (organisationId, name) => store.collection(organisationId, name),
  position: (projection) => store.position(projection),
  apply: (batch) => store.apply({ ...batch, lease }),
  drop: (projection) => store.drop(projection, lease),
  collections: () => store.collections(),
  current: (projection) => store.current(projection),
  shown: () => store.shown(),
  switchTo: (projection, collection) => store.switchTo(projection, collection, lease),
  close: () => store.close(),
});
