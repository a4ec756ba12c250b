import root from "../../oxlint.config.ts";

/** The same rules, seen from this folder: `workers/**` is here what it is at the root. */
export default { ...root, ignorePatterns: [] };
