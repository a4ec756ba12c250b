// refused by: eslint(no-restricted-imports)
export { services } from "#services";
