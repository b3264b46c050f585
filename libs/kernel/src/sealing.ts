// The inside of handles: for the runtime, the vault's callers and the edge. Domain, projections and
// sagas never import this entry (a lint rule holds them to it).
import { erased, Sealed, type Erased, type SealedBlob } from './sealed.ts';
import type { OrganisationId, PersonId } from './ids.ts';

export { EventCodec, NewerEvent, UnknownEvent, type PersonalValues } from './codec.ts';
export { packDocument, unpackDocument, type PackedDocument } from './documents.ts';
export type { SealedContent } from './sealed.ts';

/** Wraps personal input, checked already, for a decider that must not read it. */
export const pending = <T>(value: T): Sealed<T> => Sealed.of<T>({ kind: 'pending', value });

/** A handle on one field of a sealed blob. */
export const stored = <T>(blob: SealedBlob, field: string): Sealed<T> =>
  Sealed.of<T>({ kind: 'stored', blob, field });

/** Opens blobs in order; what the vault does. */
export type OpenBlobs = (
  blobs: readonly SealedBlob[],
) => Promise<readonly (Readonly<Record<string, unknown>> | Erased)[]>;

/** Whom a handle is expected to be about, as declared beside it. */
export interface Expected {
  readonly organisationId: OrganisationId;
  readonly personId: PersonId;
}

/** A handle stands where somebody else's value is expected: it is not opened. */
export class MisplacedHandle extends Error {
  override readonly name = 'MisplacedHandle';
  constructor() {
    super('A sealed value stands beside another person than its own.');
  }
}

const blobsOf = (handle: Sealed): readonly SealedBlob[] => {
  const content = Sealed.contentOf(handle);
  switch (content.kind) {
    case 'pending':
      return [];
    case 'stored':
      return [content.blob];
    case 'joined':
      return content.parts.flatMap(blobsOf);
  }
};

/**
 * Opens handles, each for the person declared beside it: one call to the vault whatever their number,
 * each blob once.
 *
 * @returns the values in order, `erased` where a key is gone
 * @throws MisplacedHandle when a handle's origin is another organisation or person
 */
export const openHandles = async (
  requests: readonly { readonly handle: Sealed; readonly expected: Expected }[],
  open: OpenBlobs,
): Promise<readonly unknown[]> => {
  const blobs = new Map<string, SealedBlob>();
  for (const { handle, expected } of requests)
    for (const blob of blobsOf(handle)) {
      if (
        blob.origin.organisationId !== expected.organisationId ||
        blob.origin.personId !== expected.personId
      )
        throw new MisplacedHandle();
      blobs.set(blob.bytes, blob);
    }
  const opened = await open([...blobs.values()]);
  const values = new Map([...blobs.keys()].map((bytes, index) => [bytes, opened[index]]));
  const valueOf = (handle: Sealed): unknown => {
    const content = Sealed.contentOf(handle);
    switch (content.kind) {
      case 'pending':
        return content.value;
      case 'stored': {
        const fields = values.get(content.blob.bytes);
        return fields === undefined || fields === erased
          ? erased
          : (fields as Readonly<Record<string, unknown>>)[content.field];
      }
      case 'joined': {
        const parts = content.parts.map(valueOf);
        return parts.includes(erased) ? erased : parts.join(content.separator);
      }
    }
  };
  return requests.map(({ handle }) => valueOf(handle));
};
