/** The secret of a webhook (Standard Webhooks, "Signature scheme": 24 to 64 random bytes, base64, after `whsec_`). */
export const webhookSecret = (): string => `whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))}`;
