/** Ends this process with the one that started it, for runs whose caller may be killed and then passes on no signal. */

const INTERVAL_MS = 250;

/** Sends this process SIGTERM once its parent is gone. */
export function endWithParent(): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, INTERVAL_MS);
  timer.unref();
}
