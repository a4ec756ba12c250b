// refused by: eslint(no-restricted-imports)
import "#durable-objects/publisher/machine.ts";
