import { runCommandLine } from './cli/run.ts';
import type { Open } from './cli/command.ts';
import { processTerminal } from './cli/terminal.ts';
import { packageRoot, packageVersion } from './app/root.ts';

const open: Open = {
  async serve(flags, terminal) {
    const [{ loadConfig }, { serve }] = await Promise.all([import('./app/config.ts'), import('./app/serve.ts')]);
    const { config } = loadConfig(process.env, flags);
    return serve(config, { terminal: terminal.interactive });
  },
  image: async (reference, access) => (await import('./app/local.ts')).openImage(reference, access),
  target: async (reference, access, from) => (await import('./app/local.ts')).openTarget(reference, access, from),
  checkSignIn: async (host, credential, access) =>
    (await import('./app/local.ts')).checkSignIn(host, credential, access),
  stopped: async (flags, environment) => (await import('./app/upkeep.ts')).openStopped(flags, environment),
  signer: async (...given) => (await import('./app/remote-signer.ts')).serveRemoteSigner(...given),
  signerCertificates: async (...given) =>
    (await import('./app/signer-certificates.ts')).makeSignerCertificates(...given),
  supervised: async (...given) => (await import('./app/supervisor.ts')).superviseSelf(...given),
  enginePlugin: async (...given) => (await import('./app/engine-plugin.ts')).serveEnginePlugin(...given),
  admissionReplica: async (...given) => (await import('./app/admission-replica.ts')).serveAdmissionReplica(...given),
  servingCertificate: async (names) =>
    (await import('./app/serving-certificate.ts')).makeServingCertificate(names, Date.now()),
  keys: async (...given) => (await import('./app/keys.ts')).openKeyRing(...given),
  backupFolder: async (path) => (await import('./app/upkeep.ts')).openBackupFolder(path),
  restore: async (...given) => (await import('./app/upkeep.ts')).restore(...given),
  trust: async (...given) => (await import('./app/trust-client.ts')).openTrust(...given),
  engine: async (name, args) => (await import('./app/local.ts')).runEngine(name, args, process.env),
  advisories: async (environment) => (await import('./app/local.ts')).openLocalAdvisories(environment),
  config: async (flags, environment) => (await import('./app/shown-config.ts')).shownConfig(flags, environment),
  analysis: async (environment) => (await import('./app/local.ts')).openLocalAnalysis(environment),
};

process.exitCode = await runCommandLine(process.argv.slice(2), {
  version: packageVersion(packageRoot()),
  terminal: processTerminal(process.env),
  open,
  environment: process.env,
});
