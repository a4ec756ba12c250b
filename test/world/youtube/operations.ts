const AUTH = "https://www.googleapis.com/auth/";

/** What a consent can be asked for. */
export const SCOPES = [
  `${AUTH}youtube`,
  `${AUTH}youtube.force-ssl`,
  `${AUTH}youtube.readonly`,
  `${AUTH}youtube.upload`,
  `${AUTH}youtubepartner`,
  `${AUTH}userinfo.email`,
  `${AUTH}userinfo.profile`,
  "openid",
  "email",
  "profile",
] as const;

export type Scope = (typeof SCOPES)[number];

const FULL = [`${AUTH}youtube`, `${AUTH}youtube.force-ssl`, `${AUTH}youtubepartner`] as const satisfies readonly Scope[];
const READ = [...FULL, `${AUTH}youtube.readonly`] as const;
const UPLOAD = [...FULL, `${AUTH}youtube.upload`] as const;
const CAPTIONS = [`${AUTH}youtube.force-ssl`, `${AUTH}youtubepartner`] as const;

/** Today's buckets: what one call takes from which (developers.google.com/youtube/v3/determine_quota_cost). */
export type Bucket = "videos.insert" | "search.list" | "units";

type Method = { readonly scopes: readonly Scope[]; readonly bucket: Bucket; readonly cost: number; readonly withKey?: true };

const reads = (cost = 1): Method => ({ scopes: READ, bucket: "units", cost, withKey: true });
const writes = (scopes: readonly Scope[] = FULL, cost = 50): Method => ({ scopes, bucket: "units", cost });

/** Every method of the Data API that is served: who may, and what it costs. */
export const METHODS = {
  "channels.list": reads(),
  "videos.insert": { scopes: UPLOAD, bucket: "videos.insert", cost: 1 },
  "videos.list": reads(),
  "videos.update": writes(),
  "videos.delete": writes(),
  "thumbnails.set": writes(UPLOAD),
  "playlists.list": reads(),
  "playlists.insert": writes(),
  "playlists.update": writes(),
  "playlists.delete": writes(),
  "playlistItems.list": reads(),
  "playlistItems.insert": writes(),
  "playlistItems.update": writes(),
  "playlistItems.delete": writes(),
  "captions.list": { scopes: CAPTIONS, bucket: "units", cost: 50 },
  "captions.insert": writes(CAPTIONS, 400),
  "videoCategories.list": reads(),
  "search.list": { scopes: READ, bucket: "search.list", cost: 1, withKey: true },
} as const satisfies Record<string, Method>;

export type MethodName = keyof typeof METHODS;

export const METHOD_NAMES = Object.keys(METHODS).filter((name): name is MethodName => name in METHODS);

/** What else is asked of Google: `upload` carries bytes, `upload.query` and `upload.cancel` don't. */
export const OTHER_OPERATIONS = [
  "authorize",
  "token",
  "revoke",
  "tokeninfo",
  "userinfo",
  "upload",
  "upload.query",
  "upload.cancel",
] as const;

export type Operation = MethodName | (typeof OTHER_OPERATIONS)[number];
