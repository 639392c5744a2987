#!/usr/bin/env node
// What `npx cdk8s` runs in this repository: the released cdk8s-cli, quiet. By itself it asks the npm registry for a newer
// version before each command, waits for the answer, and prints a stack where there is none; and after the line in which
// an app says why it failed it prints the stack of its own error. No file of a project can change either.

process.env.CDK8S_CHECK_UPGRADE ??= 'false';

/** The app has said itself why. */
const APP_FAILED = /^command ".*" at .* returned a non-zero exit code \d+$/;

const print = console.error;
console.error = (error, ...rest) => {
  if (!(error instanceof Error)) print(error, ...rest);
  else if (!APP_FAILED.test(error.message)) print(`cdk8s: ${error.message}`);
};

// The package names no entry point. It is here, and not hoisted, because the packages have the same name.
await import('./node_modules/cdk8s-cli/lib/cli/index.js');
