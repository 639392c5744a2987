import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { parse } from 'yaml';

/** Generated from the code; read here, so that whoever imports these constructs need not load the operator. */
const FOLDER = join(import.meta.dirname, '..', 'crds');

/** The CustomResourceDefinitions of `crds/`. */
export class Crds extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    for (const file of readdirSync(FOLDER).sort()) {
      new ApiObject(this, file.replace(/\.yaml$/, ''), parse(readFileSync(join(FOLDER, file), 'utf8')));
    }
  }
}
