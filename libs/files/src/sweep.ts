import type { Keeping, UploadRow } from './keeping.ts';
import { UNNAMED_LIFETIME, type Swept, type Uploaded } from './port.ts';

/** Takes away what nothing came of; see the port. */
export const sweep = async (
  keeping: Keeping,
  now: number,
  isNamed: (upload: Uploaded) => boolean | Promise<boolean>,
): Promise<readonly Swept[]> => {
  await keeping.tidy(now);
  const swept: Swept[] = [];
  for (const uploadId of await keeping.unnamed(now)) {
    const row = await keeping.upload(uploadId);
    const state = row && !row.named && outlived(row, now);
    if (!row || !state) continue;
    if (row.uploaded && (await isNamed(row.uploaded))) {
      await keeping.name(row);
      continue;
    }
    // It may have gone on while the question was asked.
    if (!(await keeping.removeAsRead(row))) continue;
    const { organisationId, personId, begunAt } = row;
    swept.push({ uploadId, organisationId, personId, state, begun: begunAt !== null });
  }
  return swept;
};

/** As what an unnamed upload has had its time, if it has. */
function outlived(row: UploadRow, now: number): Swept['state'] | undefined {
  if (row.uploaded)
    return row.uploaded.completedAt + UNNAMED_LIFETIME <= now ? 'complete' : undefined;
  if (row.expiresAt > now) return undefined;
  if (row.begunAt === null) return 'unused';
  return row.begunAt + UNNAMED_LIFETIME <= now ? 'broken' : undefined;
}
