import type { ExaminedImage } from '../image-examiner.ts';
import type { Found, PracticeCheck } from './check.ts';

const MOST = 50;
/** Programs with the rights of their owner that distributions bring for good reasons (shadow, util-linux, sudo …). */
const EXPECTED =
  /(?:^|\/)(?:su|sudo|mount|umount|passwd|chsh|chfn|chage|gpasswd|newgrp|expiry|ping6?|unix_chkpwd|ssh-keysign|dbus-daemon-launch-helper|pkexec|polkit-agent-helper-1|fusermount3?|wall|write|bsd-write|pam_timestamp_check|utempter|crontab|bbsuid|mount\.nfs|newuidmap|newgidmap|ssh-agent|locate|mlocate|staprun|userhelper|exim4|postdrop|postqueue|traceroute6?\.iputils|at|sg|vlock|dotlockfile|Xorg\.wrap|snap-confine)$/;

function some(found: readonly Found[]): Found[] {
  return found.slice(0, MOST);
}

function visible(image: ExaminedImage, test: (path: string, mode: number, type: string) => boolean): Found[] {
  const found: Found[] = [];
  for (const [path, { file, layer }] of image.view.files)
    if (test(path, file.mode, file.type)) found.push({ path, layer, detail: file.mode.toString(8).padStart(4, '0') });
  return some(found);
}

/** Checks of the files that the container sees. */
export const fileChecks: readonly PracticeCheck[] = [
  {
    id: 'setuid-program',
    title: 'A program has the rights of its owner, whoever starts it',
    severity: 'low',
    also: ['CIS 4.8', 'CIS-DI-0008'],
    cure: 'RUN chmod a-s on what nobody needs, or run with --security-opt no-new-privileges',
    find: (image) =>
      visible(image, (_path, mode, type) => type === 'file' && (mode & 0o6000) !== 0 && (mode & 0o111) !== 0).map(
        (each) => (EXPECTED.test(each.path ?? '') ? each : { ...each, severity: 'medium' }),
      ),
  },
  {
    id: 'world-writable',
    title: 'A file may be written by everybody',
    severity: 'medium',
    also: [],
    cure: 'RUN chmod o-w',
    find: (image) =>
      visible(
        image,
        (path, mode, type) =>
          ((type === 'file' && (mode & 0o002) !== 0) || (type === 'directory' && (mode & 0o1002) === 0o002)) &&
          !/^(?:tmp|var\/tmp|dev|proc|sys|run)(?:\/|$)/.test(path),
      ),
  },
  {
    id: 'device-node',
    title: 'A device is part of the image',
    severity: 'medium',
    also: [],
    cure: 'leave /dev to the runtime',
    find: (image) =>
      visible(
        image,
        (path, _mode, type) =>
          (type === 'character' || type === 'block') &&
          !/^dev\/(?:null|zero|full|random|urandom|tty|console|ptmx|pts\/ptmx)$/.test(path),
      ),
  },
  {
    id: 'unneeded-file',
    title: 'A file of the workshop was packed with the product',
    severity: 'low',
    also: ['DKL-LI-0003'],
    cure: 'name it in .dockerignore',
    find: (image) =>
      visible(
        image,
        (path, _mode, type) =>
          (type === 'file' &&
            /(?:^|\/)(?:\.DS_Store|Thumbs\.db|\.gitignore|\.dockerignore|Dockerfile|docker-compose\.ya?ml|Vagrantfile|\.env\.example|\.editorconfig|id_rsa\.pub)$/.test(
              path,
            ) &&
            !/^usr\/|\/(?:node_modules|site-packages|dist-packages|vendor|gems)\//.test(path)) ||
          (type === 'directory' &&
            /(?:^|\/)\.(?:git|svn|hg|idea|vscode|terraform)$/.test(path) &&
            !/^usr\/|\/(?:node_modules|vendor)\//.test(path)),
      ),
  },
  {
    id: 'package-cache',
    title: 'What package managers keep for themselves is in the image',
    severity: 'low',
    also: ['DKL-DI-0004', 'DKL-DI-0005'],
    cure: 'remove it in the RUN that made it, or mount a cache: RUN --mount=type=cache',
    find(image) {
      const caches = new Map<string, { bytes: number; layer: number }>();
      for (const [path, { file, layer }] of image.view.files) {
        const cache =
          /^(?:var\/lib\/apt\/lists|var\/cache\/(?:apt|apk|yum|dnf|zypp|pacman)|etc\/apk\/cache|(?:root|home\/[^/]+)\/(?:\.cache\/(?:pip|go-build|yarn|composer|uv|pypoetry)|\.npm\/_cacache|\.m2\/repository|\.gradle\/caches|\.cargo\/registry|\.nuget\/packages|\.bundle\/cache))(?=\/)/.exec(
            path,
          )?.[0];
        if (cache === undefined || file.type !== 'file') continue;
        const known = caches.get(cache);
        caches.set(cache, { bytes: (known?.bytes ?? 0) + file.size, layer: Math.max(known?.layer ?? 0, layer) });
      }
      return [...caches]
        .filter(([, { bytes }]) => bytes >= 64 * 1024)
        .map(([path, { bytes, layer }]) => ({ path, layer, detail: `${bytes} bytes` }));
    },
  },
  {
    id: 'odd-link',
    title: 'A link leaves the image by its root',
    severity: 'low',
    also: [],
    cure: 'link by paths inside the image',
    find(image) {
      const found: Found[] = [];
      for (const [path, { file, layer }] of image.view.files) {
        if (file.type !== 'symlink' || !file.link?.includes('..') || file.link.startsWith('/')) continue;
        const depth = path.split('/').length - 1;
        const up = file.link.split('/').filter((part) => part === '..').length;
        if (up > depth) found.push({ path, layer, detail: `→ ${file.link.slice(0, 200)}` });
      }
      return some(found);
    },
  },
];
