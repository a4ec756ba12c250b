// refused by: eslint(no-restricted-imports)
import "#api/problem.ts";
