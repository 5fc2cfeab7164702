import type { Json } from '@connector-runtime/core';

/** What stands there; `undefined` where nothing does. */
export function valueAt(value: Json, pointer: string): unknown {
  return stepsOf(pointer).reduce<unknown>(
    (owner, step) => (owner as Readonly<Record<string, unknown>> | null | undefined)?.[step],
    value,
  );
}

/** Puts a text in the place of what stands there. */
export function putAt(value: Json, pointer: string, text: string): void {
  const steps = stepsOf(pointer);
  const last = steps.pop() ?? '';
  let owner = value as Record<string, Json>;
  for (const step of steps) owner = owner[step] as Record<string, Json>;
  owner[last] = text;
}

/** A name as it stands in a pointer, its slash before it. */
export function pointerStep(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function stepsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}
