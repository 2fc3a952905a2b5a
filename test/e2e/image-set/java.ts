import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { succeed } from '../command.ts';
import { type BuiltImage, keyOf, kept, linesOf } from './built-image.ts';

const BOOT = '3.2.2';

interface Project {
  readonly name: string;
  readonly dependencies: readonly string[];
  /** A plugin, and the goal that makes the archive. */
  readonly plugin: string;
  readonly goals: readonly string[];
  /** Where the archives are. */
  readonly result: string;
}

const PROJECTS: readonly Project[] = [
  {
    name: 'maven, copied jars',
    dependencies: ['org.apache.commons:commons-text:1.9', 'com.fasterxml.jackson.core:jackson-databind:2.15.2'],
    plugin: '',
    goals: ['dependency:copy-dependencies'],
    result: 'target/dependency',
  },
  {
    name: 'maven, spring boot',
    dependencies: [`org.springframework.boot:spring-boot-starter:${BOOT}`, 'org.yaml:snakeyaml:1.33'],
    plugin: `<plugin><groupId>org.springframework.boot</groupId><artifactId>spring-boot-maven-plugin</artifactId><version>${BOOT}</version><executions><execution><goals><goal>repackage</goal></goals></execution></executions></plugin>`,
    goals: ['package'],
    result: 'target/demo-1.0.jar',
  },
  {
    name: 'maven, shaded',
    dependencies: ['org.apache.commons:commons-lang3:3.12.0', 'com.google.code.gson:gson:2.10.1'],
    plugin:
      '<plugin><groupId>org.apache.maven.plugins</groupId><artifactId>maven-shade-plugin</artifactId><version>3.5.1</version><executions><execution><phase>package</phase><goals><goal>shade</goal></goals></execution></executions></plugin>',
    goals: ['package'],
    result: 'target/demo-1.0.jar',
  },
];

/** Archives that Maven made: copied, packed by Spring Boot, shaded; against what Maven lists. */
export async function* javaImages(): AsyncGenerator<BuiltImage> {
  for (const project of PROJECTS) {
    const root = await kept(`maven-${keyOf(JSON.stringify(project))}`, (fresh) => make(fresh, project));
    const maven = linesOf(await succeed('cat', [join(root, 'list.txt')])).flatMap((line) => {
      const [group, artifact, , version, scope] = line.trim().split(':');
      return scope?.startsWith('compile') || scope?.startsWith('runtime') ? [`${group}:${artifact} ${version}`] : [];
    });
    const own = project.result.endsWith('.jar') ? ['demo:demo 1.0'] : [];
    yield {
      name: project.name,
      tool: 'mvn dependency:list',
      layers: [join(root, 'image')],
      expected: { maven: [...maven, ...own] },
    };
  }
}

async function make(fresh: string, { dependencies, plugin, goals, result }: Project): Promise<void> {
  const source = join(fresh, 'source');
  mkdirSync(join(source, 'src/main/java/demo'), { recursive: true });
  writeFileSync(
    join(source, 'src/main/java/demo/Main.java'),
    'package demo;\npublic class Main { public static void main(String[] a) {} }\n',
  );
  const listed = dependencies.map((each) => {
    const [group, artifact, version] = each.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  });
  writeFileSync(
    join(source, 'pom.xml'),
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>demo</groupId><artifactId>demo</artifactId><version>1.0</version><properties><maven.compiler.source>17</maven.compiler.source><maven.compiler.target>17</maven.compiler.target></properties><dependencies>${listed.join('')}</dependencies><build><plugins>${plugin}</plugins></build></project>`,
  );
  await succeed('mvn', ['-q', '-B', '-f', join(source, 'pom.xml'), ...goals]);
  await succeed('mvn', [
    '-q',
    '-B',
    '-f',
    join(source, 'pom.xml'),
    'dependency:list',
    '-DincludeScope=runtime',
    `-DoutputFile=${join(fresh, 'list.txt')}`,
  ]);
  mkdirSync(join(fresh, 'image/app'), { recursive: true });
  await succeed('cp', ['-r', join(source, result), join(fresh, 'image/app/')]);
  await succeed('rm', ['-r', source]);
}
