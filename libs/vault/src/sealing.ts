import { erased, type Erased, type Origin, type SealedBlob } from '@vivier/kernel';
import { canonical } from './aead.ts';
import { BlobRejected, type SealRequest } from './port.ts';
import type { ScopeKeys } from './scope-keys.ts';

/** {@link Vault.seal}, wherever the keys are kept. */
export const sealAll = (
  scopeKeys: ScopeKeys,
  requests: readonly SealRequest[],
): Promise<readonly SealedBlob[]> => {
  const ids = requests.map(({ origin }) => origin);
  return scopeKeys.with(ids, true, (keys) =>
    requests.map(({ origin, values }, index) => {
      const plain = Buffer.from(JSON.stringify(values));
      const bytes = keys[index]!.seal(additionalData(origin), plain).toString('base64');
      plain.fill(0);
      return { origin, bytes };
    }),
  );
};

/** {@link Vault.open}, wherever the keys are kept. */
export const openAll = (
  scopeKeys: ScopeKeys,
  blobs: readonly SealedBlob[],
): Promise<readonly (Readonly<Record<string, unknown>> | Erased)[]> => {
  const ids = blobs.map(({ origin }) => origin);
  return scopeKeys.with(ids, false, (keys) =>
    blobs.map(({ origin, bytes }, index) => {
      const key = keys[index];
      if (key === undefined) return erased;
      const plain = key.open(additionalData(origin), fromBase64(bytes));
      const values = JSON.parse(plain.toString('utf8')) as Readonly<Record<string, unknown>>;
      plain.fill(0);
      return values;
    }),
  );
};

const additionalData = (origin: Origin): string =>
  canonical(
    'vivier.event.1',
    origin.organisationId,
    origin.personId,
    origin.scope,
    origin.stream,
    origin.eventId,
    origin.type,
  );

/** Strict: the lenient decoder would let a blob have many spellings. */
const fromBase64 = (text: string): Buffer => {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new BlobRejected();
  return bytes;
};
