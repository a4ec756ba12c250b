// refused by: eslint(no-restricted-imports)
import "#domain/result.ts";
