import { err, type Err } from "#domain/result.ts";

type Row = readonly [status: number, domain: string, message: string];

const QUOTA = 'The request cannot be completed because you have exceeded your <a href="/youtube/v3/getting-started#quota">quota</a>.';

/** Google's reasons, as its reference and its service word them. */
const REASONS = {
  // What any method may answer.
  authError: [401, "global", "Invalid Credentials"],
  required: [401, "global", "Login Required."],
  authorizationRequired: [401, "youtube.common", "The request is not properly authorized."],
  insufficientPermissions: [403, "global", "Insufficient Permission"],
  forbidden: [403, "youtube.common", "Forbidden"],
  unregisteredCaller: [
    403,
    "global",
    "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
  ],
  keyInvalid: [400, "usageLimits", "API key not valid. Please pass a valid API key."],
  quotaExceeded: [403, "youtube.quota", QUOTA],
  rateLimitExceeded: [403, "usageLimits", "Rate Limit Exceeded"],
  userRateLimitExceeded: [403, "usageLimits", "User Rate Limit Exceeded"],
  backendError: [503, "global", "Backend Error"],
  internalError: [500, "global", "Internal error encountered."],
  parseError: [400, "global", "Parse Error"],
  badRequest: [400, "global", "Bad Request"],
  badContent: [400, "global", "Unsupported content with type"],
  uploadTooLarge: [413, "global", "Media larger than allowed"],
  missingRequiredParameter: [400, "youtube.parameter", "No filter selected."],
  incompatibleParameters: [400, "youtube.parameter", "Incompatible parameters specified in the request."],
  invalidFilters: [400, "youtube.parameter", "The request specifies an invalid filter parameter."],
  invalidParameter: [400, "global", "Invalid value for a parameter."],
  invalidPageToken: [400, "youtube.parameter", "The request specifies an invalid page token."],
  unknownPart: [400, "youtube.part", "The request names a part that this resource does not have."],
  authenticatedUserAccountSuspended: [403, "youtube.common", "The YouTube account of the authenticated user is suspended."],
  youtubeSignupRequired: [401, "youtube.header", "Unauthorized"],
  // Videos.
  uploadLimitExceeded: [400, "youtube.video", "The user has exceeded the number of videos they may upload."],
  mediaBodyRequired: [400, "youtube.video", "The request does not include the video content."],
  invalidTitle: [400, "youtube.video", "The request metadata specifies an invalid or empty video title."],
  invalidDescription: [400, "youtube.video", "The request metadata specifies an invalid video description."],
  invalidTags: [400, "youtube.video", "The request metadata specifies invalid video keywords."],
  invalidCategoryId: [
    400,
    "youtube.video",
    "The <code>snippet.categoryId</code> property specifies an invalid category ID. Use the <code>videoCategories.list</code> method to retrieve supported categories.",
  ],
  invalidPublishAt: [400, "youtube.video", "The request metadata specifies an invalid scheduled publishing time."],
  invalidVideoMetadata: [400, "youtube.video", "The request metadata is invalid."],
  videoNotFound: [404, "youtube.video", "The video identified by the request cannot be found."],
  processingFailure: [409, "youtube.video", "Sorry, there is a problem processing the video."],
  invalidImage: [400, "youtube.thumbnail", "The provided image content is invalid."],
  uploadRateLimitExceeded: [
    429,
    "youtube.thumbnail",
    "The channel has uploaded too many thumbnails recently. Please try the request again later.",
  ],
  channelNotFound: [404, "youtube.channel", "The channel specified in the request cannot be found."],
  // Playlists.
  playlistTitleRequired: [400, "youtube.playlist", "The request must specify a playlist title."],
  invalidPlaylistSnippet: [400, "youtube.playlist", "The request provides an invalid playlist snippet."],
  playlistForbidden: [403, "youtube.playlist", "This operation is forbidden or the request is not properly authorized."],
  playlistNotFound: [404, "youtube.playlist", "The playlist identified with the request's playlistId parameter cannot be found."],
  playlistIdRequired: [
    400,
    "youtube.playlistItem",
    "The request does not specify a value for the required <code>snippet.playlistId</code> property.",
  ],
  resourceIdRequired: [
    400,
    "youtube.playlistItem",
    "The request must contain a resource in which the snippet object specifies a resourceId.",
  ],
  invalidResourceType: [400, "youtube.playlistItem", "The type set for the <code>resourceId</code> property is invalid."],
  invalidPlaylistItemPosition: [400, "youtube.playlistItem", "The request attempts to set an invalid playlist item position."],
  playlistContainsMaximumNumberOfVideos: [
    403,
    "youtube.playlistItem",
    "The playlist already contains the maximum allowed number of items.",
  ],
  playlistItemsNotAccessible: [403, "youtube.playlistItem", "The request is not properly authorized to change the playlist's items."],
  playlistItemNotFound: [
    404,
    "youtube.playlistItem",
    "The playlist item identified with the request's <code>id</code> property cannot be found.",
  ],
  SERVICE_UNAVAILABLE: [409, "youtube.playlistItem", "The operation was aborted."],
  // Captions and categories.
  captionExists: [
    409,
    "youtube.caption",
    "The specified video already has a caption track with the given <code>snippet.language</code> and <code>snippet.name</code>.",
  ],
  contentRequired: [400, "youtube.caption", "The request does not contain the caption track contents."],
  invalidMetadata: [400, "youtube.caption", "The request contains invalid metadata values."],
  nameTooLong: [400, "youtube.caption", "The <code>snippet.name</code> specified in the request is too long."],
  videoCategoryNotFound: [404, "youtube.videoCategory", "The video category identified by the <code>id</code> parameter cannot be found."],
} as const satisfies Record<string, Row>;

export type Reason = keyof typeof REASONS;

export type Location = { readonly location: string; readonly locationType: "parameter" | "header" | "other" };
export type Refusal = { readonly reason: Reason; readonly message?: string; readonly at?: Location };

export const refusal = (reason: Reason, message?: string, at?: Location): Refusal => ({
  reason,
  ...(message === undefined ? {} : { message }),
  ...(at === undefined ? {} : { at }),
});

export const refuse = (reason: Reason, message?: string, at?: Location): Err<Refusal> => err(refusal(reason, message, at));

export const inBody = (location: string): Location => ({ location, locationType: "other" });
export const inQuery = (location: string): Location => ({ location, locationType: "parameter" });

export type GoogleError = { readonly status: number; readonly json: unknown };

const CANONICAL: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  409: "ABORTED",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
};

/** What stands above the list, where the service says more there than in it. */
const HEADLINES: Partial<Record<Reason, string>> = {
  authError:
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
  required:
    "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
  insufficientPermissions: "Request had insufficient authentication scopes.",
};

const WIRE_REASONS: Partial<Record<Reason, string>> = { unregisteredCaller: "forbidden" };

export function googleError({ reason, message, at }: Refusal): GoogleError {
  const [status, domain, standard] = REASONS[reason];
  const text = message ?? standard;
  const entry = { message: text, domain, reason: WIRE_REASONS[reason] ?? reason, ...at };
  return errorOf(status, HEADLINES[reason] ?? text, entry, domain === "global");
}

/** A fault's error: a reason that is known brings its domain and words, and the status that was asked for. */
export function faultError(status: number, reason: string | undefined): GoogleError {
  if (reason !== undefined && isReason(reason)) {
    const [, domain, message] = REASONS[reason];
    return errorOf(status, message, { message, domain, reason }, domain === "global");
  }
  const message = status >= 500 ? "Backend Error" : "The request failed.";
  return errorOf(status, message, { message, domain: "global", reason: reason ?? (status >= 500 ? "backendError" : "badRequest") }, true);
}

export const statusOf = (reason: string): number | null => (isReason(reason) ? REASONS[reason][0] : null);

const isReason = (text: string): text is Reason => Object.hasOwn(REASONS, text);

function errorOf(status: number, message: string, entry: Readonly<Record<string, string>>, isGlobal: boolean): GoogleError {
  const canonical = CANONICAL[status];
  return {
    status,
    json: { error: { code: status, message, errors: [entry], ...(isGlobal && canonical !== undefined ? { status: canonical } : {}) } },
  };
}
