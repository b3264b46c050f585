import { BREAK, visit, type DocumentNode } from 'graphql';

/** Documents that are kept, and characters that one may have: some 20 MB at most with all their nodes. */
const MOST = 100;
const LONGEST = 8_192;

/**
 * Whether words of a person may stand in it: in a literal, or in a comment. What is kept would outlive
 * the erasure of whom they are about (GDPR 17); programs send such values as variables.
 */
const holdsWords = (document: DocumentNode): boolean => {
  if (document.loc?.source.body.includes('#') !== false) return true;
  let found = false;
  visit(document, {
    StringValue: () => {
      found = true;
      return BREAK;
    },
  });
  return found;
};

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
    if ((document.loc?.end ?? Infinity) > LONGEST || holdsWords(document)) return;
    this.#documents.set(key, document);
    const [longestUnused] = this.#documents.keys();
    if (this.#documents.size > MOST && longestUnused !== undefined)
      this.#documents.delete(longestUnused);
  }

  async delete(key: string): Promise<boolean> {
    return this.#documents.delete(key);
  }
}
