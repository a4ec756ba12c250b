import { describe } from "vitest";
import { assetDirectoryContract } from "#test/contracts/asset-directory.ts";
import { identityContract } from "#test/contracts/identity-directories.ts";
import { uploadDirectoryContract } from "#test/contracts/upload-directory.ts";
import { memoryAssets, memoryCreators, memoryKeys, memoryUploads } from "./memory-directory.ts";

describe("uploads in memory", () => uploadDirectoryContract(memoryUploads));
describe("assets in memory", () => assetDirectoryContract(memoryAssets));
describe("identities in memory", () => identityContract(() => ({ creators: memoryCreators(), keys: memoryKeys() })));
