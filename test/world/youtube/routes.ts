import { drain, readResource } from "./body.ts";
import { identify, type Owner, ownerOf } from "./caller.ts";
import type { BodyFault, Call, Handler, Reply } from "./call.ts";
import { type Method, refusedReply, replyOf } from "./data/answer.ts";
import { insertCaption, listCaptions } from "./data/captions.ts";
import { listCategories } from "./data/categories.ts";
import { listChannels } from "./data/channels.ts";
import { deleteItem, insertItem, listItems, updateItem } from "./data/playlist-items.ts";
import { deletePlaylist, insertPlaylist, listPlaylists, updatePlaylist } from "./data/playlists.ts";
import { searchVideos } from "./data/search.ts";
import { deleteVideo, listVideos, updateVideo } from "./data/videos.ts";
import { underFault } from "./fault-handling.ts";
import { revoke, tokenInfo, userInfo } from "./oauth/account.ts";
import { authorize, consent } from "./oauth/authorize.ts";
import { token } from "./oauth/token.ts";
import type { MethodName, Operation } from "./operations.ts";
import { showPicture, showThumbnail } from "./pictures.ts";
import { refusal } from "./refusals.ts";
import { insertVideo } from "./upload/insert.ts";
import { cancelUpload, continueUpload } from "./upload/resumable.ts";
import { setThumbnail } from "./upload/thumbnails.ts";

type OAuthOperation = Exclude<Operation, MethodName | "upload" | "upload.query" | "upload.cancel">;
type Upload = (call: Call, owner: Owner, fault: BodyFault | null) => Promise<Reply | null>;

const oauth = (operation: OAuthOperation, handler: Handler): Handler => {
  return (call) => underFault(call, { operation, channelId: null, final: false }, () => handler(call));
};

/** A method of JSON: who asks is known, its fault is taken and its cost is charged before it runs. */
const method = (name: MethodName, run: Method): Handler => {
  return async (call) => {
    const { site, request, url, origin, note } = call;
    note.operation = name;
    const resource = await readResource(call);
    const caller = identify(site.library, site.clock.now(), name, {
      authorization: request.headers.authorization,
      key: url.searchParams.get("key"),
    });
    if (!caller.ok) return refusedReply(call, caller.error);
    const { project, channel } = caller.value;
    note.client_id = project.client_id;
    note.channel_id = channel?.id ?? null;
    return underFault(call, { operation: name, channelId: note.channel_id, final: false }, () => {
      if (!site.quota.charge(project, name)) return Promise.resolve(refusedReply(call, refusal("quotaExceeded")));
      if (!resource.ok) return Promise.resolve(refusedReply(call, resource.error));
      const ask = { site, caller: caller.value, query: url.searchParams, resource: resource.value, origin };
      return Promise.resolve(replyOf(call, run(ask)));
    });
  };
};

/** A method that comes with bytes. */
const upload = (name: MethodName, run: Upload): Handler => {
  return async (call) => {
    const { site, request, note } = call;
    note.operation = name;
    const caller = identify(site.library, site.clock.now(), name, { authorization: request.headers.authorization, key: null });
    const owner = caller.ok ? ownerOf(caller.value) : caller;
    if (!owner.ok) {
      await drain(call);
      return refusedReply(call, owner.error);
    }
    const { project, channel } = owner.value;
    note.client_id = project.client_id;
    note.channel_id = channel.id;
    const isWhole = call.url.searchParams.get("uploadType") !== "resumable";
    const charged = async (fault: BodyFault | null): Promise<Reply | null> => {
      if (site.quota.charge(project, name)) return run(call, owner.value, fault);
      await drain(call);
      return refusedReply(call, refusal("quotaExceeded"));
    };
    return underFault(call, { operation: name, channelId: channel.id, final: isWhole }, charged, isWhole && name === "videos.insert");
  };
};

const UPLOAD = "/upload/youtube/v3";

const insertion = upload("videos.insert", insertVideo);
const withSession = (handler: (call: Call, uploadId: string) => Promise<Reply | null>, otherwise: Handler): Handler => {
  return (call) => {
    const uploadId = call.url.searchParams.get("upload_id");
    return uploadId === null ? otherwise(call) : handler(call, uploadId);
  };
};
const notFound: Handler = async (call) => {
  await drain(call);
  return { status: 404, text: "Not Found" };
};

/** Without the upload path there is nowhere for a body of bytes to go. */
const withoutMedia = method("videos.insert", () => ({ ok: false, error: refusal("mediaBodyRequired") }));

const ROUTES: Readonly<Record<string, Handler>> = {
  "GET /o/oauth2/v2/auth": oauth("authorize", authorize),
  "POST /o/oauth2/consent": consent,
  "POST /token": oauth("token", token),
  "POST /revoke": oauth("revoke", revoke),
  "GET /tokeninfo": oauth("tokeninfo", tokenInfo),
  "POST /tokeninfo": oauth("tokeninfo", tokenInfo),
  "GET /oauth2/v3/userinfo": oauth("userinfo", userInfo),
  "GET /v1/userinfo": oauth("userinfo", userInfo),

  [`POST ${UPLOAD}/videos`]: withSession(continueUpload, insertion),
  [`PUT ${UPLOAD}/videos`]: withSession(continueUpload, notFound),
  [`DELETE ${UPLOAD}/videos`]: withSession(cancelUpload, notFound),
  [`POST ${UPLOAD}/thumbnails/set`]: upload("thumbnails.set", setThumbnail),
  [`POST ${UPLOAD}/captions`]: upload("captions.insert", insertCaption),

  "GET /youtube/v3/channels": method("channels.list", listChannels),
  "GET /youtube/v3/videos": method("videos.list", listVideos),
  "POST /youtube/v3/videos": withoutMedia,
  "PUT /youtube/v3/videos": method("videos.update", updateVideo),
  "DELETE /youtube/v3/videos": method("videos.delete", deleteVideo),
  "GET /youtube/v3/playlists": method("playlists.list", listPlaylists),
  "POST /youtube/v3/playlists": method("playlists.insert", insertPlaylist),
  "PUT /youtube/v3/playlists": method("playlists.update", updatePlaylist),
  "DELETE /youtube/v3/playlists": method("playlists.delete", deletePlaylist),
  "GET /youtube/v3/playlistItems": method("playlistItems.list", listItems),
  "POST /youtube/v3/playlistItems": method("playlistItems.insert", insertItem),
  "PUT /youtube/v3/playlistItems": method("playlistItems.update", updateItem),
  "DELETE /youtube/v3/playlistItems": method("playlistItems.delete", deleteItem),
  "GET /youtube/v3/captions": method("captions.list", listCaptions),
  "GET /youtube/v3/videoCategories": method("videoCategories.list", listCategories),
  "GET /youtube/v3/search": method("search.list", searchVideos),
};

export function routeOf(httpMethod: string, path: string): Handler {
  if (httpMethod === "GET" && path.startsWith("/vi/")) return showThumbnail;
  if (httpMethod === "GET" && path.startsWith("/picture/")) return showPicture;
  return ROUTES[`${httpMethod} ${path}`] ?? notFound;
}
