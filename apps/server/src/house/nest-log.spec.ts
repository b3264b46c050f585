import { frameworkLog } from './nest-log.ts';

test('A framework is heard as far as it says no value', () => {
  const lines: unknown[] = [];
  const note = (level: string) => (line: unknown) => {
    lines.push([level, line]);
  };
  const log = frameworkLog(
    { info: note('info'), warn: note('warn'), error: note('error') },
    'Nest',
  );
  log.warn('Deprecated: use another');
  log.error('Unexpected token at "Ada"', 'a stack with Ada', 'a context');
  log.error(new TypeError('Ada is no function'));
  log.error({ name: 'Ada' });
  log.log('Nest application started for Ada');
  log.debug?.('Ada');
  expect(lines).toEqual([
    ['warn', { framework: 'Nest', said: 'Deprecated' }],
    ['error', { framework: 'Nest', said: 'Unexpected token at' }],
    ['error', { framework: 'Nest', said: 'TypeError' }],
    ['error', { framework: 'Nest', said: 'Something that is no text.' }],
  ]);
});
