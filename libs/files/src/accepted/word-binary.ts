import { FileRefused } from '../refusals.ts';
import { readCompoundFile } from './compound.ts';

/** Where macros live: Word's own storage, and those of documents embedded in it (MS-OVBA 2.2). */
const macroEntries = /^(Macros|VBA|_VBA_PROJECT|_VBA_PROJECT_CUR|PROJECTwm|VBA_PROJECT)$/i;
/** Embedded objects (`_` and a number), packaged files, links and controls; `Equation Native` is opened by a program known for its holes. */
const activeEntries =
  /^(_\d{6,}|\u0001Ole10Native|\u0003LINKINFO|\u0003OCXNAME|\u0003OCXDATA|Package|Equation Native)$/i;
/** The first bytes of the main stream, up to the flags. */
const HEADER_BYTES = 12;
const WORD_97 = 0xa5ec;
const ENCRYPTED = 0x0100;

/** A Word 97 to 2003 document (MS-DOC) in its compound file. */
export function inspectWordBinary(content: Buffer): void {
  const file = readCompoundFile(content);
  const has = (pattern: RegExp) => file.entries.some(({ name }) => pattern.test(name));
  if (has(/^(EncryptedPackage|EncryptionInfo)$/i)) throw new FileRefused('FileEncrypted');
  const documents = file.entries.filter(
    ({ name, kind }) => kind === 'stream' && name.toLowerCase() === 'worddocument',
  );
  const [main] = documents;
  if (!main) throw new FileRefused('FileTypeNotAccepted');
  if (has(macroEntries)) throw new FileRefused('FileHasMacros');
  // A second one is a document embedded in the first.
  if (documents.length > 1 || has(activeEntries)) throw new FileRefused('FileHasActiveContent');
  if (main.size < HEADER_BYTES) throw new FileRefused('FileDamaged');
  const stream = file.read(main);
  // Word 6 and 95 keep macros where no directory shows them: not taken.
  if (stream.readUInt16LE(0) !== WORD_97) throw new FileRefused('FileTypeNotAccepted');
  if (stream.readUInt16LE(10) & ENCRYPTED) throw new FileRefused('FileEncrypted');
  // A field (0x13 begins it) that starts another program, as one-byte or two-byte text.
  if (/\x13\0?(?:[ "]\0?)*D\0?D\0?E/i.test(stream.toString('latin1')))
    throw new FileRefused('FileHasActiveContent');
}
