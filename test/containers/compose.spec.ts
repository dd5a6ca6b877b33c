import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith } from '../fixtures/needs.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');

const TOOLS: readonly (readonly string[])[] = [['docker-compose'], ['docker', 'compose']];
const found = TOOLS.find(([name = '', ...more]) => spawnSync(name, [...more, 'version']).status === 0);
const [tool, ...words] = found ?? [];
const COMPOSE = { isThere: tool !== undefined, what: 'docker-compose, or docker with its plugin compose' };

/** What the tool makes of the file, as text. */
function config(profiles: readonly string[]): string {
  const asked = [...words, ...profiles.flatMap((name) => ['--profile', name]), 'config'];
  const { status, stdout, stderr } = spawnSync(tool!, asked, { cwd: ROOT, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringMatching(/error|warn/i) });
  return stdout;
}

const servicesIn = (text: string): string[] => {
  const services = text.slice(text.indexOf('services:'), text.search(/^volumes:/m));
  return [...services.matchAll(/^ {2}(\S+):$/gm)].map(([, name]) => name!);
};

describeWith(COMPOSE)('docker-compose.yml', () => {
  it('is understood, with the servers and one OnHand; more with its profiles', () => {
    const plain = config([]);
    for (const name of ['kafka', 'eventstoredb', 'topics', 'onhand'])
      expect(servicesIn(plain)).toContain(name);
    const all = servicesIn(config(['scale', 'demo']));
    for (const name of ['intake', 'posting', 'publishing', 'demo']) expect(all).toContain(name);
  });

  it('gives every OnHand the log and the broker, a root it cannot write, and no rights', () => {
    const text = config(['scale', 'demo']);
    const ours = text.split(/^ {2}(?=\S)/m).filter((part) => part.includes('image: onhand'));
    expect(ours.length).toBe(6);
    for (const service of ours) {
      expect(service).toMatch(/EVENT_STORE: esdb:\/\/eventstoredb:2113/);
      expect(service).toMatch(/KAFKA_BROKERS: kafka:29092/);
      expect(service).toMatch(/read_only: true/);
      expect(service).toMatch(/cap_drop:\s+- ALL/);
      expect(service).toMatch(/no-new-privileges:true/);
    }
  });
});

describe('the Dockerfile', () => {
  const text = read('Dockerfile');

  it('copies only what is there, or is built', () => {
    const copied = [...text.matchAll(/^COPY --from=build \/app\/(\S+)/gm)].map(([, path]) => path!);
    const made = ['dist', 'node_modules'];
    expect(copied.filter((path) => !made.includes(path) && !existsSync(join(ROOT, path)))).toEqual([]);
    expect(copied).toEqual(expect.arrayContaining(['bin', 'mappings', 'dist', 'node_modules']));
  });

  it('runs as nobody special, says how it is, and keeps its data apart', () => {
    const last = text.slice(text.lastIndexOf('FROM '));
    expect(last).toMatch(/^USER node$/m);
    expect(last).toMatch(/^HEALTHCHECK [^]*\/health\/ready/m);
    expect(last).toMatch(/^VOLUME \/data$/m);
    expect(text.match(/^FROM /gm)).toHaveLength(2);
  });
});
