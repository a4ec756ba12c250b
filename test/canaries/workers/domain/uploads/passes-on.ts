// refused by: eslint(no-restricted-imports)
export * from "#adapters/d1/uploads.ts";
