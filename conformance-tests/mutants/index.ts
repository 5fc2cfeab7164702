import { BROWSE_MUTANTS } from './browse-mutants.js';
import { CONTRACT_MUTANTS } from './contract-mutants.js';
import { DATA_MUTANTS } from './data-mutants.js';
import type { Mutants } from './mutant.js';
import { OPERATION_MUTANTS } from './operation-mutants.js';
import { SERVICE_MUTANTS } from './service-mutants.js';

/** One for each check, under its id: a copy of the items plugin that fails this check and no other. */
export const MUTANTS: Mutants = {
  ...CONTRACT_MUTANTS,
  ...BROWSE_MUTANTS,
  ...OPERATION_MUTANTS,
  ...SERVICE_MUTANTS,
  ...DATA_MUTANTS,
};
