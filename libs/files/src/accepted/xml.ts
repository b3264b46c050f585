import { SaxesParser } from 'saxes';
import { FileRefused } from '../refusals.ts';
import type { Budget, EntryReader } from './archive.ts';

/** What is told of one XML part; names are local names, without prefix. */
export interface MarkupVisitor {
  element(name: string, attribute: (name: string) => string | undefined): void;
  text?(text: string): void;
}

/** Word's own documents are some dozens deep; an element has some dozens of attributes. */
const MAX_DEPTH = 250;
const MAX_ATTRIBUTES = 500;

/** The one declaration that was usual once: OpenOffice before 3.0 began its manifests with it. */
const oldManifest =
  /^\s*manifest:manifest\s+PUBLIC\s+"-\/\/OpenOffice\.org\/\/DTD Manifest 1\.0\/\/EN"\s+"Manifest\.dtd"\s*$/;

/**
 * Reads one XML part piece by piece. Throws FileDamaged where it is not well-formed, not in UTF-8 or
 * beyond all measure, and FileHasActiveContent at a document type declaration, which office documents
 * never have and which only serves to draw in files or to blow a text up.
 */
export function markupReader(visitor: MarkupVisitor, budget: Budget): EntryReader {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const parser = new SaxesParser({ xmlns: true, position: false });
  let depth = 0;
  let attributeCount = 0;
  const damaged = () => {
    throw new FileRefused('FileDamaged');
  };
  parser.on('error', damaged);
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && !/^(utf-8|us-ascii)$/i.test(encoding)) damaged();
  });
  parser.on('doctype', (doctype) => {
    if (!oldManifest.test(doctype)) throw new FileRefused('FileHasActiveContent');
  });
  // The parser's work for one element grows with both: bounded, or a small file takes minutes.
  parser.on('opentagstart', () => {
    attributeCount = 0;
    if (++depth > MAX_DEPTH || --budget.elements < 0) damaged();
  });
  parser.on('attribute', () => {
    if (++attributeCount > MAX_ATTRIBUTES) damaged();
  });
  parser.on('closetag', () => {
    depth -= 1;
  });
  parser.on('opentag', ({ local, attributes }) =>
    visitor.element(local, (name) => {
      for (const key in attributes)
        if (attributes[key]?.local === name) return attributes[key].value;
      return undefined;
    }),
  );
  if (visitor.text) parser.on('text', (text) => visitor.text?.(text));
  const decode = (piece: Buffer | undefined): string => {
    try {
      return piece ? decoder.decode(piece, { stream: true }) : decoder.decode();
    } catch {
      return damaged();
    }
  };
  let empty = true;
  return {
    write: (piece) => {
      empty = false;
      budget.markup -= piece.length;
      if (budget.markup < 0) damaged();
      parser.write(decode(piece));
    },
    end: () => {
      // LibreOffice leaves parts without a single byte behind.
      if (empty) return;
      parser.write(decode(undefined));
      parser.close();
    },
  };
}
