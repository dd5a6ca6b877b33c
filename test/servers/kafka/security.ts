import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Who may log in, by PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512 alike; `admin` may do everything, the others what ACLs say. */
export type Users = Readonly<Record<string, string>>;

export const ADMIN = { username: 'admin', password: 'admins-own-words' } as const;

export interface Security {
  readonly users: Users;
  /** The broker's certificate, signed by itself: what a client must trust. */
  readonly caFile: string;
  readonly keyStore: string;
}

const STORE_PASSWORD = 'of-the-key-store';
const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;

/** Makes the broker's key and certificate in a folder. */
export function secure(folder: string, users: Users): Security {
  const keyStore = join(folder, 'broker.p12');
  const caFile = join(folder, 'broker.pem');
  const store = ['-alias', 'broker', '-keystore', keyStore, '-storepass', STORE_PASSWORD];
  const key = ['-genkeypair', '-keyalg', 'EC', '-dname', 'CN=localhost', '-validity', '30'];
  keytool([...key, '-ext', 'SAN=IP:127.0.0.1,DNS:localhost', '-storetype', 'PKCS12', ...store]);
  keytool(['-exportcert', '-rfc', '-file', caFile, ...store]);
  return { users: { [ADMIN.username]: ADMIN.password, ...users }, caFile, keyStore };
}

/** What a broker's settings say about it. The trust store is for its check of itself. */
export function securityProperties({ users, caFile, keyStore }: Security): Record<string, string> {
  const accounts = Object.entries(users).map(([name, password]) => `user_${name}="${password}"`);
  const login = `username="${ADMIN.username}" password="${ADMIN.password}"`;
  const jaas = MECHANISMS.map((mechanism) => {
    const module =
      mechanism === 'PLAIN'
        ? `org.apache.kafka.common.security.plain.PlainLoginModule required ${login} ${accounts.join(' ')};`
        : `org.apache.kafka.common.security.scram.ScramLoginModule required ${login};`;
    return [`listener.name.sasl_ssl.${mechanism.toLowerCase()}.sasl.jaas.config`, module] as const;
  });
  return {
    ...Object.fromEntries(jaas),
    'sasl.enabled.mechanisms': MECHANISMS.join(','),
    'sasl.mechanism.inter.broker.protocol': 'SCRAM-SHA-512',
    'ssl.keystore.type': 'PKCS12',
    'ssl.keystore.location': keyStore,
    'ssl.keystore.password': STORE_PASSWORD,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': caFile,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    // ANONYMOUS is the broker on the controller's own plain listener; nobody else can be it.
    'super.users': `User:${ADMIN.username};User:ANONYMOUS`,
  };
}

/** Words for the storage tool. */
export const scramWords = ({ users }: Security): string[] =>
  Object.entries(users).flatMap(([name, password]) =>
    ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
      '--add-scram',
      `${mechanism}=[name=${name},password=${password}]`,
    ]),
  );

function keytool(words: readonly string[]): void {
  execFileSync('keytool', [...words, '-noprompt'], { stdio: 'pipe' });
}
