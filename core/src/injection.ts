import 'reflect-metadata';
// After it: tsyringe throws unless reflect-metadata was loaded before.
import { injectable as injectableClass, inject as injectParameter } from 'tsyringe';

/** `@inject(TOKEN or class)` says what a constructor's parameter gets. Every one needs it: interfaces leave no trace at run time, and some compilers emit no metadata. */
export const inject = injectParameter;

/** `@injectable()` marks a class that the host makes: connection, browse, operations, and whatever those inject. */
export const injectable = injectableClass;
