// refused by: eslint(no-restricted-properties)
export const jitter = () => Math.random();
