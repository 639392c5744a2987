/** Programs for the JVM: artifacts with all that they depend on, resolved by Maven into the cache. */
import { join } from 'node:path';
import type { Progress } from '../../control-plane/progress.ts';
import { installOnce } from './install-once.ts';

export interface MavenArtifact {
  readonly groupId: string;
  readonly artifactId: string;
  readonly version: string;
}

const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

/**
 * @param name what it is, for people who wait.
 * @returns the class path: every jar of one folder. @throws Error with one line that says why it cannot be had.
 */
export async function mavenJars(
  name: string,
  artifacts: readonly MavenArtifact[],
  progress: Progress,
): Promise<string> {
  const folder = await installOnce(
    {
      name,
      content: '',
      files: { 'pom.xml': pom(artifacts) },
      commands: [['mvn', '-B', '-q', '-ntp', '-Dstyle.color=never', COPY, '-DoutputDirectory=jars']],
    },
    progress,
  );
  return join(folder, 'jars', '*');
}

function pom(artifacts: readonly MavenArtifact[]): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>dev.sluice</groupId>
  <artifactId>test-server</artifactId>
  <version>1</version>
  <dependencies>
${artifacts.map(dependency).join('')}  </dependencies>
</project>
`;
}

function dependency({ groupId, artifactId, version }: MavenArtifact): string {
  return `    <dependency>
      <groupId>${groupId}</groupId>
      <artifactId>${artifactId}</artifactId>
      <version>${version}</version>
    </dependency>
`;
}
