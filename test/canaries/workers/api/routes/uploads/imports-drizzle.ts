// refused by: eslint(no-restricted-imports)
import "drizzle-orm";
