import type { Document } from './projection.ts';
import { Sealed, type SealedBlob } from './sealed.ts';

/** A read document as a store keeps it: JSON, each sealed blob once, fields pointing into them. */
export interface PackedDocument {
  readonly _id: string;
  readonly _blobs?: readonly SealedBlob[];
  readonly [field: string]: unknown;
}

const OWN = { configurable: true, enumerable: true, writable: true } as const;

type PackedHandle =
  | { readonly _sealed: readonly [blob: number, field: string] }
  | { readonly _joined: readonly PackedHandle[]; readonly _with: string };

/**
 * A list or an object with everything in it mapped; itself where nothing changed, since most of a
 * document holds no handle. Fields that are `undefined` are left out.
 */
const mapped = (whole: object, map: (value: unknown) => unknown): unknown => {
  if (Array.isArray(whole)) {
    const list: readonly unknown[] = whole;
    let copy: unknown[] | undefined;
    for (let at = 0; at < list.length; at += 1) {
      const value = map(list[at]);
      if (value !== list[at]) (copy ??= [...list])[at] = value;
    }
    return copy ?? list;
  }
  const fields = whole as Readonly<Record<string, unknown>>;
  let copy: Record<string, unknown> | undefined;
  for (const name of Object.keys(fields)) {
    const field = fields[name];
    const value = map(field);
    if (value === undefined) delete (copy ??= { ...fields })[name];
    // Defined, not assigned: a field may be called `__proto__`.
    else if (value !== field)
      Object.defineProperty((copy ??= { ...fields }), name, { ...OWN, value });
  }
  return copy ?? fields;
};

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
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof Sealed) return packHandle(value);
    return mapped(value, pack);
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
    if (typeof value !== 'object' || value === null) return value;
    if ('_sealed' in value || '_joined' in value) return unpackHandle(value as PackedHandle);
    return mapped(value, unpack);
  };
  return unpack(document) as Doc;
};
