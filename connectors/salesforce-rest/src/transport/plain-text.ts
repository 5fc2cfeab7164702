/**
 * Text of a service fit for a message: on one line, without control and direction characters.
 * Not cut, and spaces stay as they are: the host strikes secrets out afterwards, and does not know half of one. How long it can be is bounded by the answer.
 */
export function plainText(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029][\p{Cc}\s]*/gu, ' ')
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .trim();
}
