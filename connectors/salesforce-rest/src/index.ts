import 'reflect-metadata';
import { salesforceRest } from './plugin.js';

// CommonJS's own form: `require` gives the plugin itself, and so does `import` in an ES module.
export = salesforceRest;
