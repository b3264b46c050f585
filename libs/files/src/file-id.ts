import type { FileId } from './port.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @throws TypeError when the id is no UUID in lower case, so that no id leads to another place. */
export const requireFileId = (fileId: FileId): void => {
  if (!uuid.test(fileId)) throw new TypeError('The id of a file must be a UUID in lower case.');
};
