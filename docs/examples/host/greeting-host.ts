import { ConnectorRuntime } from '@connector-runtime/runtime';
import greeting from '../plugin/greeting-plugin.js';

/** Greets everyone named, and returns what became of each. */
export async function greetAll(url: string, names: readonly string[]): Promise<Record<string, string>> {
  const runtime = new ConnectorRuntime({ plugins: [greeting] });
  try {
    const connection = await runtime.connect({ plugin: 'greeting', properties: { url } });
    const execution = connection.execute(
      { operation: 'greet' },
      names.map((name) => ({ id: name, body: name })),
    );
    const outcome: Record<string, string> = {};
    for await (const event of execution) {
      if (event.type === 'result') for (const id of event.inputs) outcome[id] = event.status;
    }
    const { complete, error } = await execution.summary;
    if (!complete) throw new Error(error?.message ?? 'not all names were greeted');
    return outcome;
  } finally {
    await runtime.close();
  }
}
