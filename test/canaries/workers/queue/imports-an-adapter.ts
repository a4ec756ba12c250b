// refused by: eslint(no-restricted-imports)
import "#adapters/webhooks/send.ts";
