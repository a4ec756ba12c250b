// refused by: eslint(no-restricted-imports)
import "#services";
