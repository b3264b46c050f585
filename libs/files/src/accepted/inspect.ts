import type { MediaType } from '../port.ts';
import { FileRefused } from '../refusals.ts';
import { documentBudget, openArchive, type Budget, type EntryReader } from './archive.ts';
import { inspectOpenDocument } from './opendocument.ts';
import { inspectPdf } from './pdf.ts';
import { inspectRtf } from './rtf.ts';
import { inspectWordBinary } from './word-binary.ts';
import { inspectWordXml } from './word-xml.ts';

const PDF = Buffer.from('%PDF-');
const RTF = Buffer.from('{\\rtf');
const ZIP = Buffer.from('PK\x03\x04', 'latin1');
const COMPOUND = Buffer.from('d0cf11e0a1b11ae1', 'hex');
const accepted = [PDF, RTF, ZIP, COMPOUND];
/** First bytes of what has no business inside a text document: programs, and documents as attachments. */
const attachments = [COMPOUND, PDF, RTF, Buffer.from('MZ'), Buffer.from('\x7fELF', 'latin1')];

/** The number of first bytes that {@link mayBeAccepted} needs. */
export const HEAD_BYTES = 8;

/** Whether a file that begins like this can become one of the accepted types at all. */
export const mayBeAccepted = (head: Uint8Array): boolean =>
  accepted.some((magic) => begins(head, magic));

const begins = (bytes: Uint8Array, magic: Buffer): boolean =>
  magic.equals(bytes.subarray(0, magic.length));

/**
 * Tells a document's type by its content and looks it through. Every type must begin at the first byte:
 * readers that search further would see another file than this does.
 *
 * Throws FileRefused with FileEmpty, FileTypeNotAccepted, FileHasMacros, FileHasActiveContent,
 * FileEncrypted or FileDamaged.
 */
export async function inspectDocument(content: Buffer): Promise<MediaType> {
  if (content.length === 0) throw new FileRefused('FileEmpty');
  if (begins(content, PDF)) {
    inspectPdf(content);
    return 'application/pdf';
  }
  if (begins(content, RTF)) {
    inspectRtf(content);
    return 'application/rtf';
  }
  if (begins(content, COMPOUND)) {
    inspectWordBinary(content);
    return 'application/msword';
  }
  if (begins(content, ZIP)) return inspectArchive(content, documentBudget());
  throw new FileRefused('FileTypeNotAccepted');
}

async function inspectArchive(content: Buffer, budget: Budget, outer = true): Promise<MediaType> {
  const archive = await openArchive(content, budget);
  const nested: Buffer[] = [];
  const binary = () => binaryReader(nested);
  const isOpenDocument = archive.names.includes('mimetype');
  const isOfficeXml = archive.names.includes('[Content_Types].xml');
  // Neither, or both at once for readers to choose from.
  if (isOpenDocument === isOfficeXml)
    throw new FileRefused(outer ? 'FileTypeNotAccepted' : 'FileHasActiveContent');
  if (isOpenDocument) await inspectOpenDocument(archive, binary);
  else await inspectWordXml(archive, outer, binary);
  // The table behind a chart is an archive of its own; inside that there is no reason for another.
  if (nested.length > 0 && !outer) throw new FileRefused('FileHasActiveContent');
  for (const inner of nested) await inspectArchive(inner, budget, false);
  return isOpenDocument
    ? 'application/vnd.oasis.opendocument.text'
    : 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
}

/** Takes a part that is not markup; keeps it only when it is an archive itself. */
function binaryReader(nested: Buffer[]): EntryReader {
  const pieces: Buffer[] = [];
  let head = Buffer.alloc(0);
  return {
    write: (piece) => {
      if (head.length < HEAD_BYTES) head = Buffer.concat([head, piece]).subarray(0, HEAD_BYTES);
      if (head.length < ZIP.length || begins(head, ZIP)) pieces.push(piece);
    },
    end: () => {
      if (attachments.some((magic) => begins(head, magic)))
        throw new FileRefused('FileHasActiveContent');
      if (begins(head, ZIP)) nested.push(Buffer.concat(pieces));
    },
  };
}
