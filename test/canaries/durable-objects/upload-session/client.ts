// refused by: eslint(no-restricted-imports)
export { UploadSession } from "./upload-session.ts";
