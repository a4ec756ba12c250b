// refused by: eslint(no-restricted-imports)
import "#adapters/r2/object-store.ts";
