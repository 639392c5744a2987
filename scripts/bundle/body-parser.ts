// What the bundle has in place of body-parser, which Express loads for bodies that no server here reads with it; it
// brings every character set there is.

function refuse(): never {
  throw new Error('body-parser is not part of this bundle');
}

export { refuse as json, refuse as raw, refuse as text, refuse as urlencoded };
