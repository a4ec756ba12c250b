// refused by: eslint(no-restricted-imports)
import "cloudflare:workers";
