import type { CipherFor } from '../port.ts';
import { FileRefused } from '../refusals.ts';
import type { UploadRow } from './records.ts';

/**
 * FileErased when a failure's reason is that the key was destroyed meanwhile, which a cipher can tell
 * only by failing; otherwise the failure itself.
 */
export async function erasedOr(
  failure: unknown,
  row: UploadRow,
  cipherFor: CipherFor,
): Promise<unknown> {
  if (failure instanceof FileRefused && failure.code !== 'SealedFileDamaged') return failure;
  const now = await cipherFor(row.organisation_id, row.person_id, row.upload_id);
  return now === 'erased' ? new FileRefused('FileErased') : failure;
}
