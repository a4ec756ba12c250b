// refused by: eslint(no-restricted-imports)
import "#api/context.ts";
