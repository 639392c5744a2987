/** How Go writes the time that was not set. */
export const ZERO_TIME = '0001-01-01T00:00:00Z';
