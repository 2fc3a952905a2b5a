/** How a program tells its version: text before it, text behind it, or a string of its own. */
export type Mark =
  | { readonly after: string; readonly parts?: number }
  | { readonly before: string }
  /** The only text between two bytes of zero that is a version and begins so; `FILE` is the version in the file's name. */
  | { readonly alone: string }
  /** A version that stands alone and also before the mark of a build, as redis writes both. */
  | { readonly build: true };

export interface ProgramMark {
  /** The name under which it is listed, that of its project. */
  readonly name: string;
  /** Names of its files. */
  readonly files: RegExp;
  readonly marks: readonly Mark[];
}

/**
 * Programs and libraries that come without a package manager in images of their makers. Marks are texts of the programs
 * themselves, read in the builds of Debian and of the projects.
 */
export const programMarks: readonly ProgramMark[] = [
  { name: 'node', files: /^(?:node|nodejs)$/, marks: [{ after: 'node.js/v' }] },
  {
    name: 'python',
    files: /^(?:python[23](?:\.\d+)?|libpython[23]\.\d+[a-z]*\.so(?:\.[\d.]+)?)$/,
    marks: [{ alone: 'FILE' }],
  },
  { name: 'ruby', files: /^(?:ruby[\d.]*|libruby[\d.-]*\.so[\d.]*)$/, marks: [{ after: 'ruby ', parts: 3 }] },
  {
    name: 'php',
    files: /^(?:php(?:-fpm|-cgi|dbg)?[\d.]*|libphp[\d.]*\.so)$/,
    marks: [{ after: 'X-Powered-By: PHP/' }],
  },
  { name: 'perl', files: /^(?:perl[\d.]*|libperl\.so[\d.]*)$/, marks: [{ alone: 'v5.' }] },
  { name: 'lua', files: /^(?:lua[\d.]*|liblua[\d.]*\.so[\d.]*)$/, marks: [{ after: 'Lua ', parts: 3 }] },
  { name: 'openresty', files: /^(?:nginx|openresty)$/, marks: [{ after: 'nginx version: openresty/' }] },
  { name: 'nginx', files: /^nginx(?:-debug)?$/, marks: [{ after: 'nginx version: nginx/' }] },
  { name: 'httpd', files: /^(?:httpd|apache2)$/, marks: [{ after: 'Apache/', parts: 3 }] },
  { name: 'lighttpd', files: /^lighttpd$/, marks: [{ after: 'lighttpd/' }] },
  { name: 'haproxy', files: /^haproxy$/, marks: [{ before: ', released 20' }] },
  { name: 'varnish', files: /^varnishd$/, marks: [{ after: 'varnish-' }] },
  { name: 'envoy', files: /^envoy(?:-[\w.]+)?$/, marks: [{ before: '/Clean/RELEASE/' }] },
  { name: 'squid', files: /^squid$/, marks: [{ after: 'squid/' }] },
  { name: 'unbound', files: /^unbound$/, marks: [{ after: 'unbound ' }] },
  { name: 'openldap', files: /^slapd$/, marks: [{ after: 'OpenLDAP: slapd ' }] },
  { name: 'redis', files: /^redis-(?:server|sentinel|cli|benchmark|check-rdb|check-aof)$/, marks: [{ build: true }] },
  { name: 'valkey', files: /^valkey-(?:server|sentinel|cli|benchmark|check-rdb|check-aof)$/, marks: [{ build: true }] },
  { name: 'memcached', files: /^memcached$/, marks: [{ after: 'memcached ' }] },
  { name: 'postgresql', files: /^postgres$/, marks: [{ after: 'postgres (PostgreSQL) ' }] },
  { name: 'mariadb', files: /^(?:mariadbd|mysqld)$/, marks: [{ before: '-MariaDB' }] },
  { name: 'mysql', files: /^mysqld$/, marks: [{ after: '/mysql-' }] },
  { name: 'sqlite', files: /^libsqlite3\.so[\d.]*$/, marks: [{ alone: '3.' }] },
  {
    name: 'openssl',
    files: /^(?:openssl|libcrypto\.so[\d.]*|libcrypto-[\w.]+\.so)$/,
    marks: [{ after: 'OpenSSL ', parts: 3 }],
  },
  {
    name: 'curl',
    files: /^(?:curl|libcurl(?:-\w+)?\.so[\d.]*)$/,
    marks: [{ after: 'libcurl/' }, { after: 'curl/' }],
  },
  { name: 'busybox', files: /^busybox(?:\.\w+)?$/, marks: [{ after: 'BusyBox v' }] },
  { name: 'bash', files: /^bash$/, marks: [{ after: 'Bash version ' }] },
  { name: 'git', files: /^git$/, marks: [{ after: 'git/' }] },
  { name: 'glibc', files: /^(?:libc\.so\.6|libc-2[\d.]+\.so)$/, marks: [{ after: 'stable release version ' }] },
  { name: 'zlib', files: /^libz\.so[\d.]*$/, marks: [{ after: ' deflate ' }] },
];
