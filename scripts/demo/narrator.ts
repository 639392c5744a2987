/** Says what the demo does: colour and a spinner on a terminal, plain lines in a pipe. */

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 80;

export interface Narrator {
  heading(text: string): void;
  /** Runs one step and says how it went; `work` returns what it proved. */
  step(what: string, work: (progress: (line: string) => void) => Promise<string>): Promise<void>;
  /** Text as it is, indented. */
  show(text: string): void;
}

export function createNarrator(out: NodeJS.WriteStream): Narrator {
  const terminal = out.isTTY === true && process.env.NO_COLOR === undefined;
  const paint = (code: number, text: string) => (terminal ? `\u001b[${code}m${text}\u001b[0m` : text);

  function spin(what: string): { say(line: string): void; stop(): void } {
    if (!terminal) return { say: (line) => out.write(`    ${line}\n`), stop: () => undefined };
    let frame = 0;
    let note = '';
    const draw = () => {
      frame = (frame + 1) % FRAMES.length;
      out.write(`\r\u001b[2K${paint(36, FRAMES[frame] ?? '')} ${what} ${paint(2, note)}`);
    };
    const timer = setInterval(draw, FRAME_MS);
    return {
      say: (line) => {
        note = line.slice(0, Math.max((out.columns ?? 80) - what.length - 4, 0));
      },
      stop: () => {
        clearInterval(timer);
        out.write('\r\u001b[2K');
      },
    };
  }

  return {
    heading: (text) => out.write(`\n${paint(1, text)}\n`),
    show: (text) => out.write(`${text.replace(/^/gm, '    ').trimEnd()}\n`),
    async step(what, work) {
      const spinner = spin(what);
      try {
        const proved = await work(spinner.say);
        spinner.stop();
        out.write(`${paint(32, '✔')} ${what}${proved === '' ? '' : ` — ${paint(2, proved)}`}\n`);
      } catch (error) {
        spinner.stop();
        out.write(`${paint(31, '✘')} ${what}\n`);
        throw error;
      }
    },
  };
}
