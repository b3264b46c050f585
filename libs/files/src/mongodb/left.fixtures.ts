import type { Db } from 'mongodb';

/** How many documents there are in each collection of the store. */
export const left = async (db: Db) => {
  const count = (name: string) => db.collection(name).countDocuments();
  return {
    uploads: await count('files_uploads'),
    downloads: await count('files_downloads'),
    files: await count('files_documents.files'),
    chunks: await count('files_documents.chunks'),
  };
};

export const NOTHING = { uploads: 0, downloads: 0, files: 0, chunks: 0 };

/** Every document as the server keeps it, one after another. */
export const everyByteIn = async (db: Db): Promise<Buffer> => {
  const all: Buffer[] = [];
  for (const { name } of await db.listCollections().toArray()) {
    const found = await db.collection(name, { raw: true }).find().toArray();
    all.push(...found.map((document) => document as unknown as Buffer));
  }
  return Buffer.concat(all);
};
