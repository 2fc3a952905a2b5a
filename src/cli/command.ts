import type { Clock } from '../lib/clock.ts';
import type { ImageReference } from '../oci/reference.ts';
import type { AdvisorySet, AdvisorySets } from '../ports/advisory-sets.ts';
import type { FindCredential } from '../ports/credentials.ts';
import type { HttpClient } from '../ports/http-client.ts';
import type { ImageSource, ImageTarget } from '../ports/image-source.ts';
import type { InventoryCache } from '../ports/inventory-cache.ts';
import type { LayerAnalyser } from '../ports/layer-analyser.ts';
import type { MalwareScanner } from '../ports/malware-scanner.ts';
import type { TrustDialect } from '../ports/trust-records.ts';
import type { TrustServer } from '../ports/trust-server.ts';
import type { TrustedFiles } from '../ports/trusted-files.ts';
import type { ServerClient } from './server-client.ts';
import type { Terminal } from './terminal.ts';
import type { BackupFolder, BackupSource } from '../ports/backup.ts';
import type { KeyStoreName } from '../ports/key-store.ts';
import type { Passphrases } from '../ports/passphrases.ts';
import type { KeyRing } from '../work/keys/key-ring.ts';
import type { BackupProgress } from '../work/registry/backup.ts';
import type { FsckStep } from '../work/registry/fsck.ts';

export interface Argument {
  /** `image`, or `images...` for one or more. */
  readonly name: string;
  readonly summary: string;
  readonly optional?: true;
}

export interface Option {
  /** `--format <name>`, `--only-fixable`, `-f, --force` */
  readonly flags: string;
  readonly summary: string;
  readonly choices?: readonly string[];
  /** May be given several times. */
  readonly many?: true;
}

/** Doors into the composition root; commands take them as arguments and import nothing of app/. */
export interface Open {
  serve(flags: Readonly<Record<string, unknown>>, terminal: Terminal): Promise<ServedHouse>;
  /** Opens an image where it is. */
  image(reference: ImageReference, access: ImageAccess): Promise<ImageSource>;
  /** Opens a place to write to; `from` is the image that will be written. */
  target(reference: ImageReference, access: ImageAccess, from: ImageSource): Promise<ImageTarget>;
  /** Asks a registry whether it takes a name and password; throws when it does not. */
  checkSignIn(host: string, credential: { name: string; password: string }, access: ImageAccess): Promise<void>;
  /** A collection on a trust server, and what this user trusts of it. */
  trust(host: string, gun: string, access: ImageAccess): Promise<OpenedTrust>;
  /** Runs docker or podman on this terminal; its exit status. */
  engine(name: string, args: readonly string[]): Promise<number>;
  /** The advisory sets of this user. */
  advisories(environment: NodeJS.ProcessEnv): Promise<AdvisorySets>;
  /** Every setting of a server with its value and source; secrets without their value. */
  config(flags: Readonly<Record<string, unknown>>, environment: NodeJS.ProcessEnv): Promise<readonly ShownSetting[]>;
  /** The parts of a scan without a server. */
  analysis(environment: NodeJS.ProcessEnv): Promise<LocalAnalysis>;
  /** Takes the data directory of the configuration, or tells where its server runs. */
  stopped(
    flags: Readonly<Record<string, unknown>>,
    environment: NodeJS.ProcessEnv,
  ): Promise<LocalHouse | { readonly url: string }>;
  /** The signing service as a process of its own. */
  signer(options: SignerOptions, environment: NodeJS.ProcessEnv, told: (line: string) => void): Promise<RunningSigner>;
  /** Certificates for a signing service and its server; returns the files. */
  signerCertificates(folder: string, names: readonly string[]): Promise<readonly string[]>;
  /** Runs this program again with these arguments, and again whenever it ends. */
  supervised(args: readonly string[], told: (line: string) => void): Promise<AsyncDisposable>;
  /** The gate of a Docker Engine, deciding with a server's decisions. */
  enginePlugin(client: ServerClient, options: EnginePluginOptions): Promise<AsyncDisposable>;
  /** The gate of a cluster, deciding with a server's decisions. */
  admissionReplica(client: ServerClient, options: AdmissionReplicaOptions): Promise<RunningReplica>;
  /** A certificate for these names from an authority of its own. */
  servingCertificate(names: readonly string[]): Promise<ServingCertificate>;
  /** The key stores of this user. */
  keys(environment: NodeJS.ProcessEnv, passphrases: Passphrases, options: KeyRingOptions): Promise<KeyRing>;
  backupFolder(path: string): Promise<BackupFolder>;
  restore(
    from: BackupFolder,
    flags: Readonly<Record<string, unknown>>,
    environment: NodeJS.ProcessEnv,
    progress: BackupProgress,
  ): Promise<{ directory: string; createdAt: string; files: number; bytes: number }>;
}

/** How `assay admit` was started; every file is a path. */
export interface AdmissionReplicaOptions {
  readonly listen: string;
  readonly certificate: string;
  readonly key: string;
  readonly clientCa: string | undefined;
  readonly state: string;
}

export interface RunningReplica {
  readonly address: string;
  stop(): Promise<void>;
}

/** PEM texts of a certificate, its key and its authority. */
export interface ServingCertificate {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** Sockets and folder of the gate of a Docker Engine. */
export interface EnginePluginOptions {
  readonly socket: string;
  readonly engine: string;
  readonly state: string;
}

/** How `assay signer` was started; every file is a path. */
export interface SignerOptions {
  readonly listen: string;
  readonly certificate: string;
  readonly key: string;
  readonly clientCa: string;
  readonly clients: readonly string[];
  readonly directory: string;
  readonly storeKey: string | undefined;
  /** `sealed` keeps the keys in sealed files, and only what opens them on the token. */
  readonly pkcs11:
    | { readonly module: string; readonly token: string | undefined; readonly pin: string; readonly sealed: boolean }
    | undefined;
}

/** A signing service that was started by this command. */
export interface RunningSigner {
  readonly address: string;
  readonly directory: string;
  readonly backend: string;
  readonly keys: number;
  stop(): Promise<void>;
}

/** Which key stores are opened. */
export interface KeyRingOptions {
  /** Only this one; all of them when absent. */
  readonly store: KeyStoreName | undefined;
  /** Path of a PKCS#11 module, and the token in it when it is not the only one. */
  readonly pkcs11: { readonly module: string; readonly token: string | undefined } | undefined;
}

/** The data of a server that does not run. */
export interface LocalHouse extends AsyncDisposable {
  fsck(options: { full: boolean; repair: boolean }): AsyncIterable<FsckStep>;
  backup(): Promise<BackupSource>;
}

/** How registries are reached: trust, sign-ins and the environment of the command. */
export interface ImageAccess {
  readonly http: HttpClient;
  readonly credentials: FindCredential;
  readonly environment: NodeJS.ProcessEnv;
  /** Who reads comes to publish or sign it: a policy may hold back what is read to be run, and not this. */
  readonly publishes?: boolean;
}

export interface OpenedTrust {
  readonly server: TrustServer;
  readonly files: Readonly<Record<TrustDialect, TrustedFiles>>;
}

export interface ShownSetting {
  readonly name: string;
  readonly value: unknown;
  readonly source: string;
  readonly summary: string;
}

export interface LocalAnalysis extends Disposable {
  readonly analyser: LayerAnalyser;
  readonly malware: MalwareScanner | undefined;
  readonly advisories: AdvisorySet;
  readonly clock: Clock;
  readonly cache: InventoryCache;
}

/** A server that was started by this command. */
export interface ServedHouse {
  readonly url: string;
  readonly dataDirectory: string;
  readonly initialPassword: { readonly password: string } | { readonly file: string } | undefined;
  stop(): Promise<void>;
}

export interface Invocation {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly terminal: Terminal;
  readonly open: Open;
  readonly environment: NodeJS.ProcessEnv;
  /** Of this program. */
  readonly version: string;
}

/** Exit status: 0 yes, 1 a definite no, 2 wrong usage or unreadable input, 3 could not decide. */
export type ExitStatus = 0 | 1 | 2 | 3;

export interface Command {
  readonly description: string;
  readonly args?: readonly Argument[];
  readonly options?: readonly Option[];
  /** Options that their caller, a Go program, writes with one hyphen. */
  readonly oneHyphen?: readonly string[];
  /** Command lines, with what each does. */
  readonly examples: readonly (readonly [line: string, does: string])[];
  /** An exit status; of a command that runs a program, that program's. */
  run(invocation: Invocation): Promise<number>;
}

/** A line of the table of commands: enough for help and completion without loading the command. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly group: string;
  load(): Promise<{ readonly command: Command }>;
}
