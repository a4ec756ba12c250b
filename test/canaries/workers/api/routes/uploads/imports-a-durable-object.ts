// refused by: eslint(no-restricted-imports)
import "#durable-objects/upload-session/client.ts";
