throw new Error(`the first of it ${'and more '.repeat(400)}`);
