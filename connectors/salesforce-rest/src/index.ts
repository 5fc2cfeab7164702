import 'reflect-metadata';
import { salesforceRest } from './plugin.js';

export default salesforceRest;
