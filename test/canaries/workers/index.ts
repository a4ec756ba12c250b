// refused by: eslint(no-restricted-imports)
import "#test/fakes/object-store.ts";
