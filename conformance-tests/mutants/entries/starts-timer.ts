import itemsPlugin from '../../reference/items/items-plugin.js';

setInterval(() => undefined, 60_000).unref();

export default itemsPlugin;
