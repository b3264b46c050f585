import type { DocumentNode } from 'graphql';

/** Documents that are kept, and characters that one may have: some 20 MB at most with all their nodes. */
const MOST = 100;
const LONGEST = 8_192;

/** Documents that were parsed and found valid, the longest unused first: programs send few, often. */
export class KeptDocuments {
  readonly #documents = new Map<string, DocumentNode>();

  async get(key: string): Promise<DocumentNode | undefined> {
    const document = this.#documents.get(key);
    if (document) {
      this.#documents.delete(key);
      this.#documents.set(key, document);
    }
    return document;
  }

  async set(key: string, document: DocumentNode): Promise<void> {
    if ((document.loc?.end ?? Infinity) > LONGEST) return;
    this.#documents.set(key, document);
    const [longestUnused] = this.#documents.keys();
    if (this.#documents.size > MOST && longestUnused !== undefined)
      this.#documents.delete(longestUnused);
  }

  async delete(key: string): Promise<boolean> {
    return this.#documents.delete(key);
  }
}
