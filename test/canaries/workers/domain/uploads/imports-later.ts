// refused by: eslint(no-restricted-imports)
export const later = () => import("#adapters/d1/uploads.ts");
