// refused by: eslint(no-restricted-imports)
import "./schema.ts";
