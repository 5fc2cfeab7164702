import { ConnectorRuntime } from '@connector-runtime/runtime';
import { type Attributes, type MeterProvider, metrics } from '@opentelemetry/api';
import { scriptedPlugin } from './scripted-plugin.js';

interface Recorded {
  readonly gauge: string;
  readonly value: number;
  readonly attributes: Attributes | undefined;
}

/** A meter provider that keeps what its gauges are told, over the real API. */
function recordingProvider(recorded: Recorded[]): MeterProvider {
  const meter = {
    createGauge: (gauge: string) => ({
      record: (value: number, attributes?: Attributes) => recorded.push({ gauge, value, attributes }),
    }),
  };
  return { getMeter: () => meter } as unknown as MeterProvider;
}

const DAILY = 'API calls of this day';

/** A runtime whose one operation notes usages, and a connection of it. */
async function connected(note: (note: (name: string, used: number, allowed: number) => void) => void) {
  const plugin = scriptedPlugin(async function* (_documents, { meter }) {
    note((name, used, allowed) => meter.note(name, { used, allowed }));
    yield { type: 'progress', done: 0, unit: 'documents' };
  });
  const runtime = new ConnectorRuntime({ plugins: [plugin] });
  return { runtime, connection: await runtime.connect({ id: 'crm', plugin: 'scripted', properties: {} }) };
}

describe('what a plugin tells of the allowances of its service', () => {
  const recorded: Recorded[] = [];
  afterEach(() => {
    metrics.disable();
    recorded.length = 0;
  });

  test('stands in the summary, the last word on each', async () => {
    const { runtime, connection } = await connected((note) => {
      note(DAILY, 41, 15_000);
      note(DAILY, 42, 15_000);
    });

    const { usage } = await connection.execute({ operation: 'write' }, []).finish();

    expect(usage).toEqual({ [DAILY]: { used: 42, allowed: 15_000 } });
    await runtime.close();
  });

  test('is absent where nothing was told, or no numbers', async () => {
    const { runtime, connection } = await connected((note) => note(DAILY, Number.NaN, 15_000));

    expect(await connection.execute({ operation: 'write' }, []).finish()).not.toHaveProperty('usage');
    await runtime.close();
  });

  test('is kept for twenty names at the most', async () => {
    const { runtime, connection } = await connected((note) => {
      for (let name = 0; name < 30; name += 1) note(`allowance ${name}`, name, 100);
    });

    const { usage = {} } = await connection.execute({ operation: 'write' }, []).finish();

    expect(Object.keys(usage)).toHaveLength(20);
    await runtime.close();
  });

  test('is told to the metrics of a provider that was registered after the runtime was made', async () => {
    const { runtime, connection } = await connected((note) => note(DAILY, 42, 15_000));
    metrics.setGlobalMeterProvider(recordingProvider(recorded));

    await connection.execute({ operation: 'write' }, []).finish();

    const attributes = {
      'connector.plugin': 'scripted',
      'connector.connection_id': 'crm',
      'connector.allowance': DAILY,
    };
    expect(recorded).toEqual([
      { gauge: 'connector.service.used', value: 42, attributes },
      { gauge: 'connector.service.allowed', value: 15_000, attributes },
    ]);
    await runtime.close();
  });
});
