/** Lines that a failure card quotes. */
const LAST_LINES = 20;
/** Of a line, before secrets are struck out and it is shortened. */
const KEPT_CHARACTERS = 4_000;

/** The last that happened in a trial, oldest first; what happens again and again takes one line. */
export class Trace {
  private readonly kept: { readonly text: string; times: number }[] = [];

  add(line: string): void {
    const text = line.slice(0, KEPT_CHARACTERS);
    const before = this.kept.at(-1);
    if (before?.text === text) before.times += 1;
    else this.kept.push({ text, times: 1 });
    if (this.kept.length > LAST_LINES) this.kept.shift();
  }

  get lines(): readonly string[] {
    return this.kept.map(({ text, times }) => (times === 1 ? text : `${text} ×${times}`));
  }
}
