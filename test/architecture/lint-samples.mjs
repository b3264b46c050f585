// Lints source texts as if they stood in the project's folders, by the project's own configuration.
// Reads [{ file, text }] as JSON and prints, in the same order, [{ rule, message }][] as JSON.
// A process of its own, because Jest's module loader and the compiler get in each other's way.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
let input = '';
for await (const chunk of process.stdin) input += chunk;
const samples = JSON.parse(input).map(({ file, text }) => ({ file: path.join(root, file), text }));

/** A program that holds the samples beside the real files, so that typed rules see them too. */
function programOf() {
  const config = ts.getParsedCommandLineOfConfigFile(
    path.join(root, 'tsconfig.check.json'),
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (problem) => fail(problem.messageText) },
  );
  const texts = new Map(samples.map(({ file, text }) => [file, text]));
  const host = ts.createCompilerHost(config.options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => texts.has(file) || fileExists(file);
  host.readFile = (file) => texts.get(file) ?? readFile(file);
  host.getSourceFile = (file, ...rest) => {
    const text = texts.get(file);
    return text === undefined
      ? getSourceFile.call(host, file, ...rest)
      : ts.createSourceFile(file, text, ...rest);
  };
  return ts.createProgram([...texts.keys()], config.options, host);
}

function fail(message) {
  throw new Error(`tsconfig.check.json: ${message}`);
}

const eslint = new ESLint({
  cwd: root,
  overrideConfig: {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { project: null, programs: [programOf()] } },
  },
});
const findings = [];
for (const { file, text } of samples) {
  const [result] = await eslint.lintText(text, { filePath: file });
  findings.push(result.messages.map(({ ruleId, message }) => ({ rule: ruleId, message })));
}
process.stdout.write(JSON.stringify(findings));
