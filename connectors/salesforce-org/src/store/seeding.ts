/** When the first seeded record was made: 1 January 2024, 08:00 UTC. */
export const SEED_EPOCH_MS = Date.UTC(2024, 0, 1, 8);
