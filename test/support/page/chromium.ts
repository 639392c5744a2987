/** Debian's Chromium without a screen, with the libraries that this machine lacks: unpacked into the cache, once, and installed nowhere. */
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import type { Progress } from '../../../control-plane/progress.ts';
import { installOnce } from '../../../scripts/brokers/install-once.ts';

/** Of Chromium what playwright drives, and fonts: with others the screenshots would differ. */
const PACKAGES = ['chromium-headless-shell', 'fonts-inter', 'fonts-dejavu-core'].join(' ');
const OPTIONS = ['Debug::NoLocking=true', 'APT::Sandbox::User=root', 'Dir::Cache::archives="$PWD"']
  .map((option) => `-o ${option}`)
  .join(' ');
const DOWNLOAD = `apt-get install -y -qq --download-only --reinstall --no-install-recommends ${OPTIONS} ${PACKAGES}`;
/** Where apt has never looked, it knows no package. */
const INSTALL = `set -e
mkdir -p partial
${DOWNLOAD} || { apt-get update -qq; ${DOWNLOAD}; }
for file in *.deb; do dpkg-deb -x "$file" .; rm "$file"; done
sed -i "s|FOLDER|$PWD|" fonts.conf`;

const FONTS = [
  ['system-ui', 'Inter'],
  ['sans-serif', 'Inter'],
  ['monospace', 'DejaVu Sans Mono'],
  ['ui-monospace', 'DejaVu Sans Mono'],
] as const;
/** The fonts of the packages and no others, so that screenshots are the same everywhere. */
const FONTS_CONF = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<dir>FOLDER/usr/share/fonts</dir>
<cachedir>FOLDER/font-cache</cachedir>
${FONTS.map(([family, font]) => `<alias binding="same"><family>${family}</family><prefer><family>${font}</family></prefer></alias>`).join('\n')}
</fontconfig>
`;

/** @returns the folder that it is unpacked in. @throws Error with one line that says why it cannot be had. */
export function findChromium(progress: Progress): Promise<string> {
  const commands = [['sh', '-c', INSTALL]] as const;
  return installOnce({ name: 'chromium', content: '', files: { 'fonts.conf': FONTS_CONF }, commands }, progress);
}

/** @throws Error with one line that says why it cannot be had. */
export async function startChromium(progress: Progress = () => undefined): Promise<Browser> {
  const root = await findChromium(progress);
  const { chromium } = await import('playwright-core');
  return chromium.launch({
    executablePath: join(root, 'usr', 'lib', 'chromium', 'chromium-headless-shell'),
    // It shows pages of this repository alone, and for root it has no sandbox.
    chromiumSandbox: false,
    env: { ...process.env, LD_LIBRARY_PATH: libraries(root), FONTCONFIG_FILE: join(root, 'fonts.conf') },
  });
}

/** Debian's folders for libraries, among them that of one that only its own kind looks for. */
function libraries(root: string): string {
  const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const folders = [join('usr', 'lib'), 'lib'].flatMap((lib) => [join(lib, triplet), join(lib, triplet, 'pulseaudio')]);
  return folders.map((folder) => join(root, folder)).join(':');
}
