import type { Api } from "#api/context.ts";
import { registerSecurity } from "#api/openapi-document.ts";
import { changeAsset } from "./assets/change-asset.ts";
import { deleteAsset } from "./assets/delete-asset.ts";
import { getAssetContent } from "./assets/get-asset-content.ts";
import { getAssetKeyframes } from "./assets/get-asset-keyframes.ts";
import { getAsset } from "./assets/get-asset.ts";
import { listAssets } from "./assets/list-assets.ts";
import { consentPages } from "./connections/consent-pages.ts";
import { createConnection } from "./connections/create-connection.ts";
import { deleteConnection } from "./connections/delete-connection.ts";
import { getConnection } from "./connections/get-connection.ts";
import { listConnections } from "./connections/list-connections.ts";
import { cancelDelivery } from "./deliveries/cancel-delivery.ts";
import { changeDelivery } from "./deliveries/change-delivery.ts";
import { createDeliveries } from "./deliveries/create-deliveries.ts";
import { getDelivery } from "./deliveries/get-delivery.ts";
import { listDeliveries } from "./deliveries/list-deliveries.ts";
import { resolveDelivery } from "./deliveries/resolve-delivery.ts";
import { retryDelivery } from "./deliveries/retry-delivery.ts";
import { changeDestination } from "./destinations/change-destination.ts";
import { createDestination } from "./destinations/create-destination.ts";
import { deleteDestination } from "./destinations/delete-destination.ts";
import { getDestination } from "./destinations/get-destination.ts";
import { listDestinations } from "./destinations/list-destinations.ts";
import { pauseDestination, resumeDestination } from "./destinations/pause-destination.ts";
import { listEvents } from "./events/list-events.ts";
import { streamEvents } from "./events/stream-events.ts";
import { createKey } from "./keys/create-key.ts";
import { listKeys } from "./keys/list-keys.ts";
import { revokeKey } from "./keys/revoke-key.ts";
import { changeCreator } from "./operator/change-creator.ts";
import { cleanStorage } from "./operator/clean-storage.ts";
import { createCreatorKey } from "./operator/create-creator-key.ts";
import { createCreator } from "./operator/create-creator.ts";
import { getEventArchive } from "./operator/get-event-archive.ts";
import { getOperatorUpload } from "./operator/get-operator-upload.ts";
import { getQuota } from "./operator/get-quota.ts";
import { getStorage } from "./operator/get-storage.ts";
import { getSwitch } from "./operator/get-switch.ts";
import { listAudit } from "./operator/list-audit.ts";
import { listCallbackDeliveries } from "./operator/list-callback-deliveries.ts";
import { listCreatorKeys } from "./operator/list-creator-keys.ts";
import { listCreators } from "./operator/list-creators.ts";
import { resyncDirectory } from "./operator/resync-directory.ts";
import { resyncUpload } from "./operator/resync-upload.ts";
import { listSwitches } from "./operator/list-switches.ts";
import { removeSwitch } from "./operator/remove-switch.ts";
import { redeliverCallback } from "./operator/redeliver-callback.ts";
import { revokeCreatorKey } from "./operator/revoke-creator-key.ts";
import { setSwitch } from "./operator/set-switch.ts";
import { verifyAudit } from "./operator/verify-audit.ts";
import { consoleRoutes } from "./service/console.ts";
import { healthz } from "./service/healthz.ts";
import { pages } from "./service/pages.ts";
import { readyz } from "./service/readyz.ts";
import { cancelUpload } from "./uploads/cancel-upload.ts";
import { createUploadHandle } from "./uploads/create-upload-handle.ts";
import { createUpload } from "./uploads/create-upload.ts";
import { getUpload } from "./uploads/get-upload.ts";
import { listUploads } from "./uploads/list-uploads.ts";
import { createWebhook } from "./webhooks/create-webhook.ts";
import { deleteWebhook } from "./webhooks/delete-webhook.ts";
import { disableWebhook } from "./webhooks/disable-webhook.ts";
import { enableWebhook } from "./webhooks/enable-webhook.ts";
import { getWebhook } from "./webhooks/get-webhook.ts";
import { listDeliveries as listWebhookDeliveries } from "./webhooks/list-deliveries.ts";
import { listWebhooks } from "./webhooks/list-webhooks.ts";
import { pingWebhook } from "./webhooks/ping-webhook.ts";
import { redeliver } from "./webhooks/redeliver.ts";
import { replayWebhook } from "./webhooks/replay-webhook.ts";
import { rotateWebhook } from "./webhooks/rotate-webhook.ts";
import { updateWebhook } from "./webhooks/update-webhook.ts";
import { whatIsSent } from "./webhooks/what-is-sent.ts";

type Mount = (api: Api) => unknown;

/** What is answered without a configuration, and without anything that could be away. */
const unconditional: readonly Mount[] = [registerSecurity, whatIsSent, healthz, consoleRoutes, pages];

const operations: readonly Mount[] = [
  createUpload,
  listUploads,
  getUpload,
  cancelUpload,
  createUploadHandle,
  listAssets,
  getAsset,
  changeAsset,
  deleteAsset,
  getAssetContent,
  getAssetKeyframes,
  createDestination,
  listDestinations,
  getDestination,
  changeDestination,
  deleteDestination,
  pauseDestination,
  resumeDestination,
  createDeliveries,
  listDeliveries,
  getDelivery,
  changeDelivery,
  cancelDelivery,
  retryDelivery,
  resolveDelivery,
  listEvents,
  createWebhook,
  listWebhooks,
  getWebhook,
  updateWebhook,
  deleteWebhook,
  rotateWebhook,
  pingWebhook,
  enableWebhook,
  disableWebhook,
  listWebhookDeliveries,
  redeliver,
  replayWebhook,
  streamEvents,
  createConnection,
  listConnections,
  getConnection,
  deleteConnection,
  consentPages,
  createKey,
  listKeys,
  revokeKey,
  createCreator,
  listCreators,
  changeCreator,
  createCreatorKey,
  listCreatorKeys,
  revokeCreatorKey,
  listCallbackDeliveries,
  redeliverCallback,
  getOperatorUpload,
  resyncUpload,
  getEventArchive,
  listAudit,
  verifyAudit,
  setSwitch,
  getSwitch,
  removeSwitch,
  listSwitches,
  getQuota,
  getStorage,
  cleanStorage,
  resyncDirectory,
  readyz,
];

export const mountUnconditional = (api: Api): void => unconditional.forEach((mount) => mount(api));
export const mountRoutes = (api: Api): void => operations.forEach((mount) => mount(api));
