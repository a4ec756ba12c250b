// refused by: eslint(no-restricted-imports)
import "#domain/../adapters/d1/uploads.ts";
