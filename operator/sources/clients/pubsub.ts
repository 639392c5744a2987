/** What `pubsub` needs of Google's authentication; a file of its own in the bundle. */
export { GoogleAuth, IdentityPoolClient, JWT } from 'google-auth-library';
