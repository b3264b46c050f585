// Says in one sentence what is wrong with an old Node, before anything that needs a newer one loads.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 9)) {
  process.stderr.write(
    `Vivier needs Node 24.9 or newer and this is ${process.versions.node}: run it through \`npm start\` ` +
      'or `npm run vivier -- …`, which bring their own.\n',
  );
  process.exitCode = 1;
} else {
  const { run } = await import('./commands.ts');
  await run(process.argv);
}

export {};
