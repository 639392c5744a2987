/** Serves the files of the page, compressed as the browser takes them. The path of a screen leads to the page, which shows it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Request, RequestHandler, Response } from 'express';
import { notFound, Problem } from './problem.ts';

/** Every file there is: a path is never made of what somebody sends. */
const TYPES: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'page.svg': 'image/svg+xml',
};
const INDEX = 'index.html';
/** The endings of the files beside each, the best first. */
const ENCODINGS = { br: '.br', gzip: '.gz' } as const;
/** A screen: segments of plain words, the last one without an ending unless it is a name. */
const SCREEN = /^\/([\w-][\w.-]*\/)*[\w-]*$/;
const NAMED_SCREEN = /^\/(receivers|brokerreceivers|alerts|playground)(\/[\w-][\w.-]*){2,3}\/?$/;

export function servePage(folder: string): RequestHandler {
  return async (request, response) => {
    const name = fileOf(request.path);
    if (name === undefined) throw notFound();
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.set('Allow', 'GET, HEAD');
      throw new Problem('MethodNotAllowed', 'The path takes GET, HEAD');
    }
    // Screens are fragments: so the page's own files and its API are where it looks for them.
    if (name === INDEX && request.path.length > 1 && request.path !== `/${INDEX}`) {
      response.redirect(302, `${rootFrom(request.path)}#${request.path}`);
      return;
    }
    await sendFile(folder, name, request, response);
  };
}

/** Relative: whatever path a proxy serves the page at. */
function rootFrom(path: string): string {
  return '../'.repeat(path.split('/').length - 2) || './';
}

function fileOf(path: string): string | undefined {
  const name = path.slice(1);
  if (Object.hasOwn(TYPES, name)) return name;
  return SCREEN.test(path) || NAMED_SCREEN.test(path) ? INDEX : undefined;
}

async function sendFile(folder: string, name: string, request: Request, response: Response): Promise<void> {
  const encoding = encodingOf(request.headers['accept-encoding']);
  const ending = encoding === undefined ? '' : ENCODINGS[encoding];
  let bytes: Buffer;
  try {
    bytes = await readFile(join(folder, `${name}${ending}`));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw notFound();
    throw error;
  }
  response.set('Vary', 'Accept-Encoding').type(TYPES[name] ?? '');
  if (encoding !== undefined) response.set('Content-Encoding', encoding);
  response.send(bytes);
}

/** The best that is accepted; undefined: the file as it is. */
function encodingOf(accepted: string | string[] | undefined): keyof typeof ENCODINGS | undefined {
  const weights = new Map(
    String(accepted ?? '')
      .split(',')
      .map((part) => {
        const [coding = '', ...parameters] = part.split(';').map((each) => each.trim().toLowerCase());
        const weight = parameters.find((each) => each.startsWith('q='))?.slice(2);
        return [coding, weight === undefined ? 1 : Number(weight)] as const;
      }),
  );
  const weightOf = (coding: string) => weights.get(coding) ?? weights.get('*') ?? 0;
  return (['br', 'gzip'] as const).find((coding) => weightOf(coding) > 0);
}
