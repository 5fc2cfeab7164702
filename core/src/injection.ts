import 'reflect-metadata';

// Plugins take these from here: tsyringe throws unless reflect-metadata was loaded before it.
// Every constructor parameter needs `@inject(TOKEN or class)`: interfaces leave no trace at run time, and some compilers emit no metadata.
export { inject, injectable } from 'tsyringe';
