// What the bundle has in place of gaxios: the operator framework names it in methods that
// operator/kube/operator-base.ts replaces.

/** Refuses every request. */
export const instance = {
  async request(): Promise<never> {
    throw new Error('gaxios is not part of this bundle');
  },
};
