import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { jest } from '@jest/globals';
import { runToEnd } from '../support/child.ts';

jest.setTimeout(180_000);

/** Each of these takes a good part of a start, and a start on embedded stores needs none of them. */
const unneeded = [
  // The clients of stores that are elsewhere.
  '@eventstore/db-client',
  '@grpc/grpc-js',
  'google-protobuf',
  'mongodb',
  // What Fastify compiles schemas with, which no route declares.
  '@fastify/ajv-compiler',
  '@fastify/fast-json-stringify-compiler',
  'ajv',
  // What one command, one page or one kind of question needs.
  '@fastify/static',
  'altair-static',
  'nodemailer',
  'csv-stringify',
  // Figures and traces, where nobody asks for them.
  'prom-client',
];

test('A start on embedded stores loads no package that it does not need.', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivier-loads-'));
  try {
    const program = new URL('what-a-start-loads.child.ts', import.meta.url);
    const { code, output } = await runToEnd(program, [folder]);
    expect([code, output]).toEqual([0, expect.stringMatching(/^\{.*\}$/)]);
    const { status, atStart, later } = JSON.parse(output) as {
      readonly status: number;
      readonly atStart: readonly string[];
      readonly later: readonly string[];
    };
    expect(status).toBe(200);
    // The list is not empty because nothing was heard.
    expect(atStart).toEqual(expect.arrayContaining(['fastify', 'graphql', 'zod']));
    expect(later).toContain('altair-static');
    expect(unneeded.filter((name) => atStart.includes(name))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
