import type { SentRequest } from './lent/lent-transport.js';
import type { CarriedRequest } from './lent/traffic.js';

/** `url` is known where it went over the lent transport. */
type AddressedRequest = CarriedRequest & Partial<Pick<SentRequest, 'url'>>;

/** What was sent for documents that hold these texts. */
interface SentFor {
  readonly requests: readonly AddressedRequest[];
  readonly texts: readonly string[];
  readonly keys: readonly string[];
}

/** Stands for what differs from document to document. */
const ANY = '*';

/**
 * Addresses that texts have led requests to: a word of one stands in it by itself, and nothing that was sent for plain texts went there.
 * A text that stands in an address as a whole has changed nothing, nor has a request that has nothing of it.
 */
export function addressesAstray(sent: SentFor, plain: SentFor): readonly string[] {
  const words = new Set(sent.texts.flatMap(wordsOf));
  const known = plain.requests.map((request) => stepsOf(request, plain));
  return sent.requests
    .filter((request) => {
      const steps = stepsOf(request, sent);
      const hasWord = steps.some((step) => wordsOf(step).some((word) => words.has(word)));
      return hasWord && !known.some((other) => leadsTo(other, steps));
    })
    .map(({ method, path, url }) => `${method} ${path}${url?.hash ?? ''}`);
}

/** Of HTTP the parts of the path, the names of the parameters, and what comes after a hash, which is never sent; else the target as a whole. */
function stepsOf({ url, path }: AddressedRequest, { texts, keys }: SentFor): readonly string[] {
  const steps = url === undefined ? [path] : [...url.pathname.split('/').map(decoded), ...url.searchParams.keys()];
  const common = steps.map((step) => ([...texts, ...keys].some((own) => step.includes(own)) ? ANY : step));
  return url === undefined || url.hash === '' ? common : [...common, url.hash];
}

function leadsTo(known: readonly string[], steps: readonly string[]): boolean {
  return known.length === steps.length && known.every((step, index) => step === ANY || step === steps[index]);
}

/** Of three letters or more: shorter ones stand in addresses by chance. */
function wordsOf(text: string): readonly string[] {
  return text.match(/[a-z]{3,}/gi) ?? [];
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
