// refused by: eslint(no-restricted-imports)
import "#adapters/log.ts";
