export type SigningPurpose = "handle" | "cursor" | "consent";

/** Cryptography as the domain needs it. */
export interface Secrets {
  /** Lower-case hex. */
  sha256(text: string): Promise<string>;
  /** HMAC-SHA256 under the service's key, base64url without padding (43 characters); purposes never share a signature. */
  sign(purpose: SigningPurpose, text: string): Promise<string>;
  /** `bytes` random bytes, base64url without padding. */
  random(bytes: number): string;
}
