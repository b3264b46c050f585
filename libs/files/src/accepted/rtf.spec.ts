import { describe } from '@jest/globals';
import { acceptedAs, refusedWith } from '../testing/cases.ts';

describe('A rich text', () => {
  const rtf = (body: string) => Buffer.from(`{\\rtf1\\ansi ${body}}\n`, 'latin1');
  const field = (instruction: string) => rtf(`{\\field{\\*\\fldinst ${instruction}}{\\fldrslt x}}`);
  acceptedAs([
    ['the smallest one', rtf('Camille Exemple'), 'application/rtf'],
    ['one that writes of objects', rtf('\\\\object and \\{braces\\}'), 'application/rtf'],
    ['one with a link', field('HYPERLINK "https://www.example.org/"'), 'application/rtf'],
    ['one with its writer’s template', rtf('{\\*\\template C:\\\\CV.dot}'), 'application/rtf'],
    ['one with a picture in bytes', rtf('{\\pict\\wmetafile8\\bin3 {{{}'), 'application/rtf'],
  ]);
  refusedWith([
    [
      'one with an embedded object',
      rtf('{\\object\\objemb{\\*\\objdata 01}}'),
      'FileHasActiveContent',
    ],
    ['one with an object in passing', rtf('{\\*\\objdata 01}'), 'FileHasActiveContent'],
    [
      'one with an object among bytes',
      rtf('{\\pict\\bin14 {\\objdata 0102}}'),
      'FileHasActiveContent',
    ],
    ['one that starts a program by a field', field('DDEAUTO c:\\\\x'), 'FileHasActiveContent'],
    ['one with such a field in pieces', field('{\\b D}{\\i DE\n}AUTO x'), 'FileHasActiveContent'],
    ['one with such a field in escapes', field("\\'44\\u68?E x"), 'FileHasActiveContent'],
    [
      'one with a remote template',
      rtf('{\\*\\template http://example.net/t}'),
      'FileHasActiveContent',
    ],
    [
      'one with a template on another machine',
      rtf('{\\*\\template \\\\\\\\host\\\\t}'),
      'FileHasActiveContent',
    ],
    ['one that never ends', Buffer.from('{\\rtf1 {'), 'FileDamaged'],
    ['one with bytes after it', Buffer.concat([rtf('x'), Buffer.from('PK')]), 'FileDamaged'],
  ]);
});
