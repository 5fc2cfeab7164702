/** A query over REST. */
export const query = (properties: Record<string, unknown>, objectType = 'Account') =>
  ({ operation: 'query', objectType, properties: properties as never }) as const;
