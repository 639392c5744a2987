/** Says of a kept body that it is not all that the sender sent. */
export function RedactedNote() {
  return (
    <small>
      Values that may be secret are replaced by <code>[redacted]</code>: a filter that reads one may judge otherwise.
    </small>
  );
}
