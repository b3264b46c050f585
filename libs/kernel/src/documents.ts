import type { Document } from './projection.ts';
import { Sealed, type SealedBlob } from './sealed.ts';

/** A read document as a store keeps it: JSON, each sealed blob once, fields pointing into them. */
export interface PackedDocument {
  readonly _id: string;
  readonly _blobs?: readonly SealedBlob[];
  readonly [field: string]: unknown;
}

type PackedHandle =
  | { readonly _sealed: readonly [blob: number, field: string] }
  | { readonly _joined: readonly PackedHandle[]; readonly _with: string };

/**
 * Makes a document ready to be stored, nothing opened.
 *
 * @throws TypeError on a handle that was never sealed
 */
export const packDocument = (document: Document): PackedDocument => {
  const blobs: SealedBlob[] = [];
  const places = new Map<string, number>();
  const packHandle = (handle: Sealed): PackedHandle => {
    const content = Sealed.contentOf(handle);
    switch (content.kind) {
      case 'pending':
        throw new TypeError('A document can only hold what was sealed and stored.');
      case 'joined':
        return { _joined: content.parts.map(packHandle), _with: content.separator };
      case 'stored': {
        let place = places.get(content.blob.bytes);
        if (place === undefined) {
          place = blobs.push(content.blob) - 1;
          places.set(content.blob.bytes, place);
        }
        return { _sealed: [place, content.field] };
      }
    }
  };
  const pack = (value: unknown): unknown => {
    if (value instanceof Sealed) return packHandle(value);
    if (Array.isArray(value)) return value.map(pack);
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(
        Object.entries(value)
          .filter(([, inner]) => inner !== undefined)
          .map(([name, inner]) => [name, pack(inner)]),
      );
    return value;
  };
  const packed = pack(document) as PackedDocument;
  return blobs.length > 0 ? { ...packed, _blobs: blobs } : packed;
};

/** The document as projections and the edge see it. */
export const unpackDocument = <Doc extends Document>(packed: PackedDocument): Doc => {
  const { _blobs: blobs = [], ...document } = packed;
  const unpackHandle = (handle: PackedHandle): Sealed => {
    if ('_joined' in handle)
      return Sealed.of({
        kind: 'joined',
        separator: handle._with,
        parts: handle._joined.map(unpackHandle) as Sealed<string>[],
      });
    const [place, field] = handle._sealed;
    const blob = blobs[place];
    if (!blob)
      throw new TypeError(`The document ${packed._id} points to a blob that is not there.`);
    return Sealed.of({ kind: 'stored', blob, field });
  };
  const unpack = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(unpack);
    if (typeof value !== 'object' || value === null) return value;
    if ('_sealed' in value || '_joined' in value) return unpackHandle(value as PackedHandle);
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, unpack(inner)]));
  };
  return unpack(document) as Doc;
};
