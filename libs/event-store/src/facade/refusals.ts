import { Metadata, status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { DamagedRecord, StoreClosed, StoreFull } from '../port.ts';

/**
 * Why a request is refused, in the protocol's words. Each call encodes a refusal in its own way: as a
 * status with trailing metadata, as `google.rpc.Status` in a batch, or as a part of the answer.
 */
export abstract class Refusal extends Error {}

/** What the client believed that a stream is at; a revision beyond 2^53 is still a number here. */
export type Expected = 'any' | 'none' | 'exists' | bigint;

/** The request itself makes no sense. */
export class InvalidRequest extends Refusal {}

export class WrongExpectedVersion extends Refusal {
  constructor(
    readonly stream: string,
    readonly expected: Expected,
    /** The revision of the stream's last event, -1 where there is none. */
    readonly actual: bigint,
  ) {
    super(
      `WrongExpectedVersion. Stream: ${stream}, ` +
        `Expected version: ${versionNumber(expected)}, Actual version: ${actual}`,
    );
  }
}

/** The stream has a tombstone, or was deleted where the request asked for one that exists. */
export class StreamDeleted extends Refusal {
  constructor(readonly stream: string) {
    super(`Event stream '${stream}' is deleted.`);
  }
}

export class AccessDenied extends Refusal {
  constructor() {
    super('Access Denied');
  }
}

export class AppendTooLarge extends Refusal {
  constructor(readonly maximum: number) {
    super(`Maximum Append Size of ${maximum} Exceeded.`);
  }
}

export class MetadataMissing extends Refusal {
  constructor(readonly property: string) {
    super(`Required Metadata Property '${property}' is missing`);
  }
}

export class TimedOut extends Refusal {
  constructor() {
    super('The deadline has passed.');
  }
}

/** An expectation as one number, as trailing metadata carry it. */
export function versionNumber(expected: Expected): bigint {
  if (typeof expected === 'bigint') return expected;
  return { any: -2n, none: -1n, exists: -4n }[expected];
}

type Described = readonly [
  code: number,
  exception?: string,
  more?: Readonly<Record<string, string>>,
];

function describe(refusal: Refusal): Described {
  if (refusal instanceof WrongExpectedVersion) {
    const { stream, expected, actual } = refusal;
    return [
      status.FAILED_PRECONDITION,
      'wrong-expected-version',
      {
        'stream-name': stream,
        'expected-version': String(versionNumber(expected)),
        'actual-version': String(actual),
      },
    ];
  }
  if (refusal instanceof StreamDeleted) {
    return [status.FAILED_PRECONDITION, 'stream-deleted', { 'stream-name': refusal.stream }];
  }
  if (refusal instanceof AccessDenied) return [status.PERMISSION_DENIED, 'access-denied'];
  if (refusal instanceof AppendTooLarge) {
    const maximum = String(refusal.maximum);
    const more = { 'maximum-append-size': maximum };
    return [status.INVALID_ARGUMENT, 'maximum-append-size-exceeded', more];
  }
  if (refusal instanceof MetadataMissing) {
    const more = { 'required-metadata-properties': 'type,content-type' };
    return [status.INVALID_ARGUMENT, 'missing-required-metadata-property', more];
  }
  if (refusal instanceof TimedOut) return [status.ABORTED];
  return [status.INVALID_ARGUMENT];
}

/**
 * Any failure as the status that ends a call. Of a fault of ours the client learns that it happened and
 * nothing of what it was about.
 */
export function callError(error: unknown): Partial<ServiceError> {
  if (!(error instanceof Refusal)) return faultError(error);
  const [code, exception, more = {}] = describe(error);
  const metadata = new Metadata();
  if (exception !== undefined) metadata.set('exception', exception);
  for (const [key, value] of Object.entries(more)) metadata.set(key, headerText(value));
  return { code, details: error.message, metadata };
}

function faultError(error: unknown): Partial<ServiceError> {
  if (error instanceof StoreFull) {
    return { code: status.RESOURCE_EXHAUSTED, details: error.message };
  }
  if (error instanceof DamagedRecord) return { code: status.DATA_LOSS, details: error.message };
  if (error instanceof StoreClosed) return { code: status.UNAVAILABLE, details: error.message };
  return { code: status.UNKNOWN, details: 'The server failed to answer this request.' };
}

/** Header values are printable ASCII; a stream's name need not be. */
const headerText = (text: string): string =>
  text.replace(/[^ -~]+/g, (foreign) => encodeURIComponent(foreign));
