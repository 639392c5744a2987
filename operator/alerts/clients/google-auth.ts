/** What providers of Google Cloud need of Google's authentication; a file of its own in the bundle. */
export { GoogleAuth, gcpMetadata, JWT, UserRefreshClient } from 'google-auth-library';
