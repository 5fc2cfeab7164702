import { type ErrorInfo, isConnectorError } from '@connector-runtime/core';
import { OutputLost } from './output-stream.js';

/** What the command's exit code says; of several the first that applies, in this order. */
export const EXIT = {
  /** A defect of this program. */
  BUG: 70,
  /** Wrong usage or configuration. */
  USAGE: 2,
  /** Never got connected or logged in. */
  NOT_CONNECTED: 3,
  /** Cancelled, past its deadline, input not taken to its end, a read that broke off, or output that could not be written to its end. */
  INCOMPLETE: 4,
  /** Some document ended other than `success`, or an output that the service judged by itself did. */
  NOT_ALL_SUCCESS: 1,
  OK: 0,
  /** Second Ctrl-C. */
  INTERRUPTED: 130,
} as const;

/** Wrong words on the command line, or in a component. */
export class UsageError extends Error {}

/** The exit code of an error that ended a command before it did its work. */
export function exitCodeOfError(error: unknown): number {
  if (error instanceof UsageError) return EXIT.USAGE;
  if (error instanceof OutputLost) return EXIT.INCOMPLETE;
  return isConnectorError(error) ? exitCodeOfInfo(error.info) : EXIT.BUG;
}

/** Configuration is told apart from a service that could not be reached or refused the login. */
export function exitCodeOfInfo(info: ErrorInfo): number {
  switch (info.category) {
    case 'config':
    case 'notFound':
    case 'unsupported':
    case 'validation':
      return EXIT.USAGE;
    case 'internal':
    case 'contract':
      return EXIT.BUG;
    case 'cancelled':
      return EXIT.INCOMPLETE;
    default:
      return EXIT.NOT_CONNECTED;
  }
}
