/** How far a target is, by what it says of itself. */
import { describe, expect, it } from 'vitest';
import type { Announced } from '../../../../operator/api/announced.ts';
import { followState, lagsForSure } from '../../../../operator/deliveries/follow/follow-state.ts';
import { isHandled } from '../../../../operator/deliveries/follow/is-handled.ts';
import { containsRevision, isTracked } from '../../../../operator/deliveries/follow/revisions.ts';
import type { ObservedTarget } from '../../../../operator/receivers/observed-target.ts';
import { observed } from './observed.ts';

const OLDER = 'a'.repeat(40);
const OLD = 'b'.repeat(40);
const NEW = 'c'.repeat(40);
const OTHER = 'd'.repeat(40);
const OLD_DIGEST = `sha256:${'1'.repeat(64)}`;
const DIGEST = `sha256:${'2'.repeat(64)}`;
const ASKED = '2026-11-27T10:00:00.000000100Z';
const BEFORE = '2026-11-27T10:00:00.000000099Z';
const LATER = '2026-11-27T11:00:01+01:00';

const push: Announced = { ref: 'refs/heads/main', before: OLD, revision: NEW };
const image: Announced = { ref: 'v1', revision: DIGEST };

describe('whether a request is handled', () => {
  it.each([
    ['never', undefined, false],
    ['by our value', ASKED, true],
    ['a nanosecond before', BEFORE, false],
    ['a nanosecond later', '2026-11-27T10:00:00.000000101Z', true],
    ['in another zone, later', LATER, true],
    ['in another zone, earlier', '2026-11-27T10:59:59+01:00', false],
    ['in the same second, without a fraction', '2026-11-27T10:00:00Z', false],
    ['by what is no time', 'yes', false],
  ])('%s', (_what, handled, expected) => {
    expect(isHandled(handled, ASKED)).toBe(expected);
  });
});

describe('whether a revision contains what was announced', () => {
  it.each([
    ['a branch', `main@sha1:${NEW}`, NEW, true],
    ['a ref', `refs/heads/main@sha1:${NEW}`, NEW, true],
    ['a branch with a slash', `feature/a@sha1:${NEW}`, NEW.toUpperCase(), true],
    ['the form of an older Flux', `main/${NEW}`, NEW, true],
    ['a commit alone', `sha1:${NEW}`, NEW, true],
    ['a tag of an image', `v1.2.3@${DIGEST}`, DIGEST, true],
    ['a digest alone', DIGEST, DIGEST, true],
    ['another commit', `main@sha1:${OLD}`, NEW, false],
    ['a longer hash with the same end', `main@sha256:${'e'.repeat(24)}${NEW}`, NEW, false],
    ['a version', '6.5.0', '6.5.0', true],
    ['no revision', undefined, NEW, false],
    ['nothing announced', `main@sha1:${NEW}`, undefined, false],
  ])('%s', (_what, revision, announced, expected) => {
    expect(containsRevision(revision, announced)).toBe(expected);
  });
});

describe('whether a source tracks a ref', () => {
  it.each([
    ['refs/heads/main', 'refs/heads/main', true],
    ['refs/heads/main', 'main', true],
    ['refs/heads/main', 'refs/tags/main', false],
    ['refs/heads/main', 'refs/heads/main2', false],
    ['refs/heads/main', undefined, false],
    ['refs/tags/v1', 'v1', true],
    ['refs/tags/v1', 'refs/tags/v1', true],
    ['refs/tags/latest', undefined, true],
    ['semver', 'refs/tags/v1.2.3-rc.1', true],
    ['semver', '1.2', true],
    ['semver', 'refs/tags/nightly', false],
    ['semver', 'refs/heads/main', false],
    ['refs/pull/1/head', 'refs/pull/1/head', true],
    [undefined, 'refs/heads/main', false],
  ])('%s, %s', (tracked, ref, expected) => {
    expect(isTracked(tracked, ref === undefined ? {} : { ref })).toBe(expected);
  });
});

describe('the state of a source', () => {
  const at = (commit: string, more: Partial<ObservedTarget> = {}) =>
    observed({ revision: `main@sha1:${commit}`, ...more });
  const handled = { lastHandledReconcileAt: ASKED };
  const ofGit = (source: ObservedTarget, announced = push, revisionThen: string | undefined = `main@sha1:${OLD}`) =>
    followState({ kind: 'GitRepository', announced, requestedAt: ASKED, revisionThen }, source);

  it.each([
    ['not yet handled', at(OLD), 'waiting'],
    ['handled for somebody before us', at(OLD, { lastHandledReconcileAt: BEFORE }), 'waiting'],
    ['moved elsewhere before it handled us', at(OTHER), 'waiting'],
    ['not handled, and there by itself', at(NEW), 'fresh'],
    ['handled', at(NEW, handled), 'fresh'],
    ['handled, and failed after that', at(NEW, { ...handled, ready: 'False' }), 'fresh'],
    ['handled, with the revision before', at(OLD, handled), 'lagging'],
    ['handled for somebody after us, with the revision before', at(OLD, { lastHandledReconcileAt: LATER }), 'lagging'],
    ['handled, with another revision', at(OTHER, handled), 'superseded'],
    ['handled, and failed', at(OLD, { ...handled, ready: 'False' }), 'failed'],
    ['failed, not handled', at(OLD, { ready: 'False' }), 'waiting'],
    ['handled, and not done', at(OLD, { ...handled, ready: 'Unknown' }), 'waiting'],
    ['suspended, which marks it as handled and Ready', at(OLD, { ...handled, suspended: true }), 'suspended'],
    ['suspended, not handled', at(OLD, { suspended: true }), 'suspended'],
    ['of another branch', at(OLD, { ...handled, trackedRef: 'refs/heads/prod' }), 'unfollowed'],
    ['pinned to a commit', at(OLD, { ...handled, trackedRef: undefined }), 'unfollowed'],
  ])('%s', (_what, source, state) => {
    expect(ofGit(source)).toBe(state);
  });

  it('that is behind what was before lags too, until it moves elsewhere', () => {
    const behind = `main@sha1:${OLDER}`;
    expect(ofGit(at(OLDER, handled), push, behind)).toBe('lagging');
    expect(ofGit(at(OLD, handled), push, behind)).toBe('lagging');
    expect(ofGit(at(OTHER, handled), push, behind)).toBe('superseded');
  });

  it('of a tag in a range is that of the tag, or the range has a higher one', () => {
    const tag = { ref: 'refs/tags/v1.2.3', revision: NEW };
    const range = { trackedRef: 'semver' };
    expect(ofGit(at(OLD, range), tag)).toBe('waiting');
    expect(ofGit(observed({ ...range, ...handled, revision: `v1.2.3@sha1:${NEW}` }), tag)).toBe('fresh');
    expect(ofGit(at(OLD, { ...range, ...handled }), tag)).toBe('unfollowed');
  });

  it('of a tag that was moved, and that a range has, lags until it has moved there too', () => {
    const source = observed({ ...handled, trackedRef: 'semver', revision: `v1.2.3@sha1:${OLD}` });
    const moved = { ref: 'refs/tags/v1.2.3', before: OLD, revision: NEW };
    expect(ofGit(source, moved, source.revision)).toBe('lagging');
    const request = { kind: 'GitRepository', announced: moved, requestedAt: ASKED, revisionThen: source.revision };
    expect(lagsForSure(request, source)).toBe(true);
  });

  it('of images follows the digest, or by the tag alone whether it moved', () => {
    const source = (revision: string) =>
      observed({ ...handled, trackedRef: 'refs/tags/v1', revision: `v1@${revision}` });
    const ofImage = (revision: string, announced = image) =>
      followState(
        { kind: 'OCIRepository', announced, requestedAt: ASKED, revisionThen: `v1@${OLD_DIGEST}` },
        source(revision),
      );
    expect(ofImage(DIGEST)).toBe('fresh');
    expect(ofImage(OLD_DIGEST)).toBe('lagging');
    expect(ofImage(DIGEST, { ref: 'v1' })).toBe('fresh');
    expect(ofImage(OLD_DIGEST, { ref: 'v1' })).toBe('lagging');
    expect(ofImage(DIGEST, { ref: 'v2', revision: DIGEST })).toBe('unfollowed');
    expect(ofImage(DIGEST, { revision: DIGEST })).toBe('fresh');
  });

  it.each([
    ['not handled', observed(), 'waiting'],
    ['handled', observed(handled), 'fresh'],
    ['handled, and failed', observed({ ...handled, ready: 'False' }), 'failed'],
    ['suspended', observed({ ...handled, suspended: true }), 'suspended'],
  ])('without an artifact ends when it is handled: %s', (_what, target, state) => {
    const source = { ...target, trackedRef: undefined };
    expect(
      followState({ kind: 'ImageRepository', announced: image, requestedAt: ASKED, revisionThen: undefined }, source),
    ).toBe(state);
  });

  it.each(['Bucket', 'HelmRepository', 'HelmChart'])('of a %s is not followed: no sender names what it has', (kind) => {
    const source = observed({ ...handled, trackedRef: undefined, revision: DIGEST });
    expect(followState({ kind, announced: push, requestedAt: ASKED, revisionThen: DIGEST }, source)).toBe('unfollowed');
  });
});

describe('whether a source lags for sure', () => {
  const git = (announced: Announced, revision = `main@sha1:${OLD}`) =>
    lagsForSure(
      { kind: 'GitRepository', announced, requestedAt: ASKED, revisionThen: undefined },
      observed({ revision }),
    );
  const oci = (announced: Announced, revision: string, more: Partial<ObservedTarget> = {}) =>
    lagsForSure(
      { kind: 'OCIRepository', announced, requestedAt: ASKED, revisionThen: `v1@${OLD_DIGEST}` },
      observed({ trackedRef: 'refs/tags/v1', revision, ...more }),
    );

  it.each([
    ['its revision is the one before', git(push), true],
    ['its revision is another one', git(push, `main@sha1:${OLDER}`), false],
    ['nothing was before', git({ ref: 'refs/heads/main', revision: NEW }), false],
    ['nothing was changed', git({ ...push, before: NEW }, `main@sha1:${NEW}`), false],
    ['the branch is gone', git({ ref: 'refs/heads/main', before: OLD }), false],
    ['it is of another ref', git({ ...push, ref: 'refs/heads/prod' }), false],
    ['a tag has the digest that it had', oci(image, `v1@${OLD_DIGEST}`), true],
    ['a tag has another digest', oci(image, `v1@sha256:${'3'.repeat(64)}`), false],
    ['the tag was not announced', oci({ revision: DIGEST }, `v1@${OLD_DIGEST}`), false],
    ['a range is tracked', oci(image, `v1@${OLD_DIGEST}`, { trackedRef: 'semver' }), false],
    ['no digest was announced', oci({ ref: 'v1' }, `v1@${OLD_DIGEST}`), false],
  ])('%s: %s', (_what, lags, expected) => {
    expect(lags).toBe(expected);
  });
});
