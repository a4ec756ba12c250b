// refused by: eslint(no-restricted-imports)
import "#api/app.ts";
