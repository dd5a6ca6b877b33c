import { X509Certificate } from 'node:crypto';
import { accessSync, constants, readFileSync } from 'node:fs';

export function isReadable(path: unknown): boolean {
  try {
    accessSync(String(path), constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

const PEM = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END/;

/** True if the file has at least one certificate. TLS would silently take any other file for an empty list. */
export function hasCertificates(path: string): boolean {
  try {
    const text = readFileSync(path, 'latin1');
    return PEM.test(text) && new X509Certificate(text).subject !== undefined;
  } catch {
    return false;
  }
}
