/** What serves the page and its API; a file of its own in the bundle. */
export { createPageApp } from '../api/page-app.ts';
