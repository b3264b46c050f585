import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** Swallows what a terminal would show of a password. */
const nowhere = new Writable({
  write: (_chunk, _encoding, done) => {
    done();
  },
});

/** Asks for a password without showing it, or takes the first line of standard input. */
export const readPassword = async (): Promise<string> => {
  const { stdin } = process;
  if (stdin.isTTY) process.stderr.write('Password (12 characters or more): ');
  const lines = createInterface({
    input: stdin,
    ...(stdin.isTTY && { output: nowhere, terminal: true }),
  });
  for await (const line of lines) {
    lines.close();
    if (stdin.isTTY) process.stderr.write('\n');
    return line;
  }
  return '';
};
