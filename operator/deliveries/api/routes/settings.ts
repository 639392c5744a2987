/** What the page has to know of the operator to show what there is. */
import type { Route } from '../route.ts';
import { schemaOf } from '../schemas.ts';

export interface SettingsView {
  readonly replica: string;
  /** Whether replays are served. */
  readonly actions: boolean;
  /** Whether deliveries are remembered: not with `--delivery-history 0`. */
  readonly records: boolean;
  /** A URL with `{kind}`, `{namespace}` and `{name}` of a page about a target. */
  readonly links?: string;
}

export const settingsRoute: Route = {
  method: 'GET',
  path: '/settings',
  describe: { summary: 'What the page has to know of the operator', answer: schemaOf('Settings') },
  async answer(_request, { context: { settings, replica, journal } }): Promise<SettingsView> {
    const { actions, links } = settings;
    return { replica, actions, records: journal.enabled, ...(links === undefined ? {} : { links }) };
  },
};
