/**
 * Why YouTube did not make a video of what it has taken: `status.failureReason` and `status.rejectionReason`
 * (https://developers.google.com/youtube/v3/docs/videos#status.failureReason).
 */
const REASONS: Readonly<Record<string, string>> = {
  codec: "YouTube can't read its codec.",
  conversion: "YouTube could not convert it.",
  emptyFile: "YouTube says that the file is empty.",
  invalidFile: "YouTube can't read the file.",
  tooSmall: "The file is too small for YouTube.",
  uploadAborted: "YouTube says that the upload was broken off.",
  claim: "Somebody claims its content.",
  copyright: "It was rejected for a violation of copyright.",
  duplicate: "YouTube has this video already.",
  inappropriate: "YouTube found its content inappropriate.",
  legal: "It was rejected for legal reasons.",
  length: "It is longer than this channel's videos may be.",
  termsOfUse: "It was rejected for a violation of YouTube's terms of use.",
  trademark: "It was rejected for a violation of a trademark.",
  uploaderAccountClosed: "The account of the channel is closed.",
  uploaderAccountSuspended: "The account of the channel is suspended.",
  deleted: "The video was deleted on YouTube.",
  stuck: "YouTube has not finished with it for two days.",
};

export const reasonInWords = (reason: string): string => REASONS[reason] ?? `YouTube gives the reason “${reason}”.`;
