/** What runs the subcommands; a file of its own in the bundle, which the operator does not load. */
export { runCommand } from '../run-command.ts';
