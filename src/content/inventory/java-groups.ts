/**
 * Groups of artifacts whose archives do not name them: projects that are not built by Maven. From the projects' own
 * publications; the first that fits counts.
 */
interface KnownGroup {
  readonly artifact: RegExp;
  readonly group: string;
  /** From this major release on `group`, before it `before`. */
  readonly since?: number;
  readonly before?: string;
}

const known: readonly KnownGroup[] = [
  { artifact: /^spring-boot(?:-.+)?$/, group: 'org.springframework.boot' },
  { artifact: /^spring-security-.+$/, group: 'org.springframework.security' },
  { artifact: /^spring-cloud-.+$/, group: 'org.springframework.cloud' },
  { artifact: /^spring-integration-.+$/, group: 'org.springframework.integration' },
  { artifact: /^spring-session-.+$/, group: 'org.springframework.session' },
  { artifact: /^spring-(?:amqp|rabbit(?:-.+)?)$/, group: 'org.springframework.amqp' },
  { artifact: /^spring-kafka$/, group: 'org.springframework.kafka' },
  { artifact: /^spring-graphql$/, group: 'org.springframework.graphql' },
  { artifact: /^spring-ldap-.+$/, group: 'org.springframework.ldap' },
  {
    artifact:
      /^spring-(?:aop|aspects|beans|context(?:-support|-indexer)?|core|expression|instrument|jcl|jdbc|jms|messaging|orm|oxm|r2dbc|test|tx|web|webflux|webmvc|websocket)$/,
    group: 'org.springframework',
  },
  { artifact: /^(?:micrometer-.+|context-propagation)$/, group: 'io.micrometer' },
  { artifact: /^reactor-netty(?:-.+)?$/, group: 'io.projectreactor.netty' },
  { artifact: /^reactor-core$/, group: 'io.projectreactor' },
  { artifact: /^tomcat-embed-(?:core|el|jasper|websocket)$/, group: 'org.apache.tomcat.embed' },
  {
    artifact: /^tomcat-(?:annotations-api|api|catalina|coyote|dbcp|jasper|jdbc|juli|servlet-api|util|websocket)$/,
    group: 'org.apache.tomcat',
  },
  { artifact: /^(?:okhttp|logging-interceptor)$/, group: 'com.squareup.okhttp3' },
  { artifact: /^okio(?:-jvm)?$/, group: 'com.squareup.okio' },
  { artifact: /^kotlin-(?:stdlib(?:-.+)?|reflect|script-runtime)$/, group: 'org.jetbrains.kotlin' },
  { artifact: /^kotlinx-(?:coroutines|serialization)-.+$/, group: 'org.jetbrains.kotlinx' },
  { artifact: /^grpc-(?:api|context|core|netty(?:-shaded)?|protobuf(?:-lite)?|stub|util)$/, group: 'io.grpc' },
  { artifact: /^opentelemetry-(?:api|context|sdk(?:-.+)?)$/, group: 'io.opentelemetry' },
  { artifact: /^bc(?:prov|pkix|util|pg|mail|tls)-(?:jdk|ext-jdk)\w+$/, group: 'org.bouncycastle' },
  {
    artifact: /^(?:kafka-clients|kafka-streams|kafka_2\.\d+|connect-(?:api|runtime|json))$/,
    group: 'org.apache.kafka',
  },
  { artifact: /^lucene-(?:core|analysis-common|queryparser|highlighter|queries)$/, group: 'org.apache.lucene' },
  { artifact: /^elasticsearch-rest-client$/, group: 'org.elasticsearch.client' },
  { artifact: /^elasticsearch$/, group: 'org.elasticsearch' },
  { artifact: /^caffeine$/, group: 'com.github.ben-manes.caffeine' },
  { artifact: /^graphql-java$/, group: 'com.graphql-java' },
  { artifact: /^micronaut-(?:core|http(?:-.+)?|inject|runtime|context|websocket)$/, group: 'io.micronaut' },
  {
    artifact: /^groovy(?:-(?:json|xml|sql|templates))?$/,
    group: 'org.apache.groovy',
    since: 4,
    before: 'org.codehaus.groovy',
  },
  { artifact: /^hibernate-core$/, group: 'org.hibernate.orm', since: 6, before: 'org.hibernate' },
  { artifact: /^mockito-core$/, group: 'org.mockito' },
];

/** Tomcat's own archives are named by their part alone. */
const RENAMED: Readonly<Record<string, string>> = {
  catalina: 'tomcat-catalina',
  jasper: 'tomcat-jasper',
};

/** Maven coordinates of an artifact that names no group, where its project is known. */
export function knownCoordinates(artifact: string, version: string): string | undefined {
  const name = Object.hasOwn(RENAMED, artifact) ? RENAMED[artifact]! : artifact;
  const found = known.find((each) => each.artifact.test(name));
  if (!found) return undefined;
  const major = Number.parseInt(version, 10);
  const group = found.since !== undefined && major < found.since ? (found.before ?? found.group) : found.group;
  return `${group}:${name}`;
}
