import type { UploadRow } from './keeping.ts';
import type { CipherFor } from './port.ts';
import { FileRefused } from './refusals.ts';

/**
 * FileErased when a failure's reason is that the key was destroyed meanwhile, which a cipher can tell
 * only by failing; otherwise the failure itself.
 */
export async function erasedOr(
  failure: unknown,
  { organisationId, personId, uploadId }: UploadRow,
  cipherFor: CipherFor,
): Promise<unknown> {
  if (failure instanceof FileRefused && failure.code !== 'SealedFileDamaged') return failure;
  const now = await cipherFor(organisationId, personId, uploadId);
  return now === 'erased' ? new FileRefused('FileErased') : failure;
}
