// A true import(): the compiler's CommonJS output would turn it into require().
exports.importModule = (specifier) => import(specifier);
