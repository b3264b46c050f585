import type { CandidateId, DocumentId } from '@vivier/domain';
import type { FileId as StoredFileId } from '@vivier/files';
import type { CommandId, OrganisationId, Rejection, Actor } from '@vivier/kernel';
import type { Done } from '@vivier/runtime';
import { edgeRejections } from '../graphql/rejections.ts';
import type { House } from './house.ts';

export interface Deposit {
  readonly organisationId: OrganisationId;
  readonly by: Actor & { readonly personId: CandidateId };
  readonly commandId: CommandId;
  readonly uploadId: string;
  readonly fileName: string;
  /** The document that gets a new version; without it, a new document. */
  readonly documentId?: string;
}

/**
 * Makes a finished upload a document, or a new version of one. The facts of the file come from where it
 * lies; an upload that is absent, unfinished or somebody else's is one answer.
 */
export const depositDocument = async (
  house: House,
  deposit: Deposit,
  send: House['execute'] = house.execute,
): Promise<Done | Rejection> => {
  const { organisationId, by, commandId, fileName } = deposit;
  const uploadId = deposit.uploadId as StoredFileId;
  const found = await house.files.uploaded({ organisationId, personId: by.personId, uploadId });
  if (!found) return edgeRejections.UploadUnknown();
  const file = {
    fileId: uploadId,
    fileName,
    mediaType: found.mediaType,
    size: found.size,
    contentHash: found.contentHash,
  };
  const envelope = { organisationId, by, commandId };
  // The effect `keepDocument` keeps the file from the sweep.
  return deposit.documentId === undefined
    ? send({ ...envelope, name: 'AddDocument', input: file })
    : send({
        ...envelope,
        name: 'ReplaceDocument',
        input: { ...file, documentId: deposit.documentId as DocumentId },
      });
};
