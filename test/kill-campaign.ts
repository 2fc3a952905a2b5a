import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStopped } from '../src/app/upkeep.ts';
import { type ChildServer, startChildServer } from './child-server.ts';
import { Random } from './random.ts';
import { Refused, RegistryClient, uploadForms } from './registry-client.ts';
import { layeredImage, type TestImage } from './registry-house.ts';
import { ADMIN_PASSWORD } from './server.ts';

export interface KillResult {
  readonly kills: number;
  readonly acknowledged: number;
  /** Requests that were cut off, so that either outcome is right. */
  readonly cutOff: number;
  readonly tagsChecked: number;
  readonly blobsChecked: number;
  readonly leftovers: number;
  readonly wrong: readonly string[];
}

/** What a tag may say: exactly one thing once a change of it was acknowledged, more while an answer is outstanding. */
type Possible = ReadonlySet<string | undefined>;

/** One writer with a repository of its own, so that what it was told is all that may be there. */
class Writer {
  readonly repository: string;
  readonly tags = new Map<string, Possible>();
  readonly images = new Map<string, TestImage>();
  readonly #random: Random;
  /** Blobs that were acknowledged since the last kill. */
  blobs: string[] = [];
  acknowledged = 0;
  cutOff = 0;
  #made = 0;

  constructor(index: number, random: Random) {
    this.repository = `library/writer${index}`;
    this.#random = random;
  }

  /** Works until the server dies. */
  async run(client: RegistryClient, neighbours: readonly Writer[]): Promise<void> {
    for (;;) {
      try {
        await this.#step(client, neighbours);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        if (error.status === 0) {
          this.cutOff++;
          return;
        }
        throw new Error(`${this.repository}: the server refused: ${error.message}`, { cause: error });
      }
    }
  }

  async #step(client: RegistryClient, neighbours: readonly Writer[]): Promise<void> {
    const dice = this.#random.next();
    const known = [...this.images.values()];
    const tag = `t${this.#random.below(6)}`;
    if (dice < 0.6 || known.length === 0) await this.#push(client, tag);
    else if (dice < 0.75) await this.#putTag(client, tag, this.#random.pick(known));
    else if (dice < 0.85) await this.#deleteTag(client, tag);
    else if (dice < 0.92) await this.#deleteManifest(client, this.#random.pick(known));
    else await this.#mount(client, this.#random.pick(neighbours));
  }

  async #push(client: RegistryClient, tag: string): Promise<void> {
    const size = 1 + this.#random.below(this.#random.next() < 0.2 ? 600_000 : 4000);
    const image = layeredImage(`${this.repository} ${this.#made++}`, [
      `shared ${this.#random.below(20)}`,
      `${this.repository} ${this.#made} ${'x'.repeat(size)}`,
    ]);
    for (const blob of [image.config, ...image.layers]) {
      await client.pushBlob(this.repository, blob, this.#random.pick(uploadForms));
      this.blobs.push(blob.digest);
      this.acknowledged++;
    }
    await this.#putTag(client, tag, image);
  }

  async #putTag(client: RegistryClient, tag: string, image: TestImage): Promise<void> {
    this.#outstanding(tag, image.digest);
    await client.putManifest(this.repository, tag, image);
    this.images.set(image.digest, image);
    this.tags.set(tag, new Set([image.digest]));
    this.acknowledged++;
  }

  async #deleteTag(client: RegistryClient, tag: string): Promise<void> {
    this.#outstanding(tag, undefined);
    await client.request('DELETE', `/v2/${this.repository}/manifests/${tag}`, [202, 404]);
    this.tags.set(tag, new Set([undefined]));
    this.acknowledged++;
  }

  async #deleteManifest(client: RegistryClient, image: TestImage): Promise<void> {
    const named = [...this.tags].filter(([, possible]) => possible.has(image.digest)).map(([tag]) => tag);
    for (const tag of named) this.#outstanding(tag, undefined);
    this.images.delete(image.digest);
    // Its blobs are nobody's from here on.
    this.blobs = [];
    await client.request('DELETE', `/v2/${this.repository}/manifests/${image.digest}`, [202, 404]);
    for (const tag of named) this.tags.set(tag, new Set([undefined]));
    this.acknowledged++;
  }

  async #mount(client: RegistryClient, from: Writer): Promise<void> {
    const image = [...from.images.values()].at(-1);
    if (!image) return;
    const answer = await client.mount(this.repository, image.config.digest, from.repository);
    if (answer.status === 201) this.blobs.push(image.config.digest);
    else await client.request('DELETE', answer.headers.get('location') ?? '', [204]);
    this.acknowledged++;
  }

  #outstanding(tag: string, wanted: string | undefined): void {
    this.tags.set(tag, new Set([...(this.tags.get(tag) ?? [undefined]), wanted]));
  }
}

/** Kills the server at random moments of its work and looks each time whether it kept its word. */
export async function killCampaign(kills: number, seed: number, tell: (line: string) => void): Promise<KillResult> {
  const directory = mkdtempSync(join(tmpdir(), 'assay-kill-'));
  const random = new Random(seed);
  const writers = Array.from({ length: 4 }, (_, index) => new Writer(index, new Random(seed + index + 1)));
  const wrong: string[] = [];
  const counted = { tagsChecked: 0, blobsChecked: 0, leftovers: 0 };
  const settings = { ASSAY_GARBAGE_MINUTES: '0.01', ASSAY_KEEP_DELETED_MINUTES: '0.02' };
  let server: ChildServer | undefined;
  try {
    for (let round = 0; round <= kills; round++) {
      server = await startChildServer(directory, settings);
      const client = new RegistryClient(server.url, 'admin', ADMIN_PASSWORD);
      for (const writer of writers) await check(client, writer, counted, wrong, round === kills);
      if (wrong.length > 0 || round === kills) break;
      const running = Promise.all(writers.map((writer) => writer.run(client, writers)));
      running.catch(() => undefined);
      await Promise.race([sleep(10 + random.below(500)), running]);
      await server.kill();
      server = undefined;
      await running;
      counted.leftovers += await fsckClean(directory, round % 20 === 19, wrong);
      if (round % 20 === 19) tell(`${round + 1} kills, ${total(writers, 'acknowledged')} acknowledged`);
    }
    await server?.stop();
    server = undefined;
    await fsckClean(directory, true, wrong);
  } finally {
    await server?.kill();
    rmSync(directory, { recursive: true, force: true });
  }
  return {
    kills,
    acknowledged: total(writers, 'acknowledged'),
    cutOff: total(writers, 'cutOff'),
    ...counted,
    wrong,
  };
}

function total(writers: readonly Writer[], what: 'acknowledged' | 'cutOff'): number {
  return writers.reduce((sum, writer) => sum + writer[what], 0);
}

/** Every tag says something it may say, what it names is whole, and every acknowledged blob is there. */
async function check(
  client: RegistryClient,
  writer: Writer,
  counted: { tagsChecked: number; blobsChecked: number },
  wrong: string[],
  everything: boolean,
): Promise<void> {
  const { repository } = writer;
  try {
    for (const digest of writer.blobs) {
      await client.checkBlob(repository, digest);
      counted.blobsChecked++;
    }
    for (const [tag, possible] of writer.tags) {
      const answer = await client.request('HEAD', `/v2/${repository}/manifests/${tag}`, [200, 404]);
      const says = answer.headers.get('docker-content-digest') ?? undefined;
      counted.tagsChecked++;
      if (!possible.has(says)) wrong.push(`${repository}:${tag} says ${says}, not ${[...possible].join(' or ')}`);
      if (says !== undefined && (everything || possible.size > 1 || counted.tagsChecked % 3 === 0)) {
        await client.checkImage(repository, tag);
        counted.blobsChecked += 3;
      }
      writer.tags.set(tag, new Set([says]));
    }
    const list = await client.request('GET', `/v2/${repository}/tags/list`, [200, 404]);
    const { tags = [] } = list.status === 200 ? ((await list.json()) as { tags?: string[] }) : {};
    const expected = [...writer.tags].filter(([, possible]) => !possible.has(undefined)).map(([tag]) => tag);
    if (tags.toSorted().join() !== expected.toSorted().join()) wrong.push(`${repository} lists ${tags.join()}`);
  } catch (error) {
    wrong.push(`${repository}: ${error instanceof Error ? error.message : String(error)}`);
  }
  writer.blobs = [];
}

async function fsckClean(directory: string, full: boolean, wrong: string[]): Promise<number> {
  const opened = await openStopped({ dataDirectory: directory }, {});
  if ('url' in opened) throw new Error('the lock of a dead server was not taken over');
  await using house = opened;
  for await (const step of house.fsck({ full, repair: false })) {
    if (step.kind === 'problem' && step.weight === 'damage') wrong.push(`fsck: ${step.code} ${step.subject}`);
    if (step.kind === 'summary') return step.leftovers;
  }
  throw new Error('fsck ended without a summary');
}
