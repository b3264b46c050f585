import { inflateSync } from 'node:zlib';
import { FileRefused, type FileRefusal } from '../refusals.ts';
import { lexPdf, type PdfStream } from './pdf-lexer.ts';

/**
 * Names that make a reader run, fetch, send or unpack something (ISO 32000-1, 7.11.4, 12.6.4, 13).
 * `OpenAction` and `AA` stand in most clean files and do nothing without one of these.
 */
const activeNames = new Set([
  'JavaScript',
  'JS',
  'Launch',
  'EmbeddedFile',
  'EmbeddedFiles',
  'RichMedia',
  'XFA',
  'SubmitForm',
  'ImportData',
  'GoToR',
  'GoToE',
  'Movie',
  'Rendition',
]);

/** All object streams of one file may unpack to so many bytes; a one-page CV needs some 10 KiB. */
const MAX_UNPACKED = 4 * 1024 * 1024;

/**
 * Looks through a PDF for what a CV has no need of: scripts, programs to launch, attachments, forms that
 * send themselves, encryption. Readers find objects through a table of offsets and each mends a broken
 * one differently, so this does not follow the table: it lexes all bytes outside of streams, and refuses
 * an object that stands where a lexer would not see it (in a string, a comment, the body of a stream).
 */
export function inspectPdf(content: Buffer): void {
  const text = content.toString('latin1');
  if (
    !/^%PDF-[12]\.\d/.test(text) ||
    !text.slice(-1024).includes('%%EOF') ||
    !/startxref/.test(text)
  )
    throw new FileRefused('FileDamaged');
  const seen = new Set<string>();
  const findings = new Set<FileRefusal>();
  let unpacked = 0;
  const look = (part: string, withStreams: boolean) =>
    lexPdf(part, {
      name: (name) => {
        seen.add(name);
        if (activeNames.has(name)) findings.add('FileHasActiveContent');
      },
      hidden: () => findings.add('FileHasActiveContent'),
      stream: withStreams ? inspectStream : () => findings.add('FileDamaged'),
      broken: () => findings.add('FileDamaged'),
    });
  const inspectStream = (stream: PdfStream) => {
    if (!holdsObjects(stream)) return;
    const inside = unpack(
      content.subarray(stream.start, stream.end),
      stream,
      MAX_UNPACKED - unpacked,
    );
    if (typeof inside === 'string') return findings.add(inside);
    unpacked += inside.length;
    const objects = inside.toString('latin1');
    // A table of offsets again: an action may be hidden from the lexer in a string of the same stream.
    if (/\/S[\s\0]*\/(JavaScript|Launch)/.test(objects)) findings.add('FileHasActiveContent');
    return look(objects, false);
  };
  look(text, true);
  if (seen.has('Encrypt')) throw new FileRefused('FileEncrypted');
  if (endsAsArchive(content)) findings.add('FileTypeNotAccepted');
  for (const code of ['FileHasActiveContent', 'FileTypeNotAccepted', 'FileDamaged'] as const)
    if (findings.has(code)) throw new FileRefused(code);
  if (!seen.has('Catalog') || !seen.has('Pages')) throw new FileRefused('FileDamaged');
}

/** An object stream, also one that does not say so but has the keys that a reader needs to use it. */
const holdsObjects = ({ names }: PdfStream): boolean =>
  names.has('ObjStm') || (names.has('N') && names.has('First'));

function unpack(body: Buffer, { names }: PdfStream, budget: number): Buffer | FileRefusal {
  const filters = [...names].filter((name) => /Decode$|^(Fl|LZW|AHx|A85|RL|Crypt)$/.test(name));
  const plain = !names.has('Filter') && !names.has('F');
  if (plain) return body.length > budget ? 'FileDamaged' : body;
  // No writer packs objects in another way; what cannot be looked into is not taken.
  if (filters.length !== 1 || filters[0] !== 'FlateDecode' || names.has('Predictor'))
    return 'FileHasActiveContent';
  try {
    return inflateSync(body, { maxOutputLength: Math.max(budget, 1) });
  } catch {
    return 'FileDamaged';
  }
}

/** Some readers take the same bytes for a zip archive: its directory's end is the file's end. */
function endsAsArchive(content: Buffer): boolean {
  const at = content.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  return (
    at >= 0 &&
    at + 22 <= content.length &&
    at + 22 + content.readUInt16LE(at + 20) >= content.length - 2
  );
}
