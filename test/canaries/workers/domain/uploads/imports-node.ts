// refused by: eslint(no-restricted-imports)
import "node:crypto";
