// refused by: eslint(no-restricted-imports)
import "../../adapters/d1/uploads.ts";
